import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { dataSource } from './panels.ts';

/** The variables in the order in which each narrows the next. */
export const variableNames = ['tower', 'datacenter', 'cluster', 'host'] as const;
export type VariableName = (typeof variableNames)[number];

/**
 * Where each variable's choices come from. A cluster need not belong to a datacenter: `cloudtower_cluster_info` has no label
 * `datacenter_name`, so it matches only while all datacenters are chosen (`.*`), and then brings in the clusters without one.
 */
const choices: Readonly<
  Record<VariableName, { readonly label: string; readonly query: string; readonly about: string }>
> = {
  tower: {
    label: 'Tower',
    query: 'label_values(cloudtower_up, tower)',
    about: 'CloudTower as named in the configuration',
  },
  datacenter: {
    label: 'Datacenter',
    query: 'label_values(cloudtower_datacenter_cluster{tower=~"$tower"}, datacenter_name)',
    about: 'All: clusters without a datacenter, too',
  },
  cluster: {
    label: 'Cluster',
    query:
      'label_values({__name__=~"cloudtower_cluster_info|cloudtower_datacenter_cluster",tower=~"$tower",datacenter_name=~"$datacenter"}, cluster_name)',
    about: 'Clusters of the chosen towers and datacenters',
  },
  host: {
    label: 'Host',
    query: 'label_values(cloudtower_host_info{tower=~"$tower",cluster_name=~"$cluster"}, host_name)',
    about: 'Hosts of the chosen clusters',
  },
};

const all = { text: 'All', value: '$__all' };

/** The data source, then every variable down to the one named. */
export const variablesDownTo = (last: VariableName): dashboard.VariableModel[] => [
  new dashboard.DatasourceVariableBuilder('datasource').label('Data source').type('prometheus').build(),
  ...variableNames.slice(0, variableNames.indexOf(last) + 1).map((name) => {
    const { label, query, about } = choices[name];
    const builder = new dashboard.QueryVariableBuilder(name)
      .label(label)
      .description(about)
      .datasource(dataSource)
      .query({ query, refId: name })
      .definition(query)
      .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
      .sort(dashboard.VariableSort.NaturalAsc)
      .multi(true)
      .includeAll(true)
      .current({ selected: true, text: [all.text], value: [all.value] });
    // Only these may match what has no such label; a cluster's "All" stands for the clusters listed.
    return (name === 'datacenter' || name === 'tower' ? builder.allValue('.*') : builder).build();
  }),
];
