import { z } from 'zod';
import type { Resource } from '../../src/client/reader.ts';
import type { Row } from '../../src/client/resources.ts';
import { scanRows } from '../../src/client/row-scanner.ts';
import { resources } from '../../src/client/rows.ts';
import { type TowerAccess, TowerWorker } from '../processes/tower-worker.ts';
import type { BenchRow } from '../report/row.ts';
import { median } from '../report/statistics.ts';

const pageSize = 500;
const rounds = 31;

const login = z.object({ data: z.object({ token: z.string() }) });

const post = async (access: TowerAccess, operation: string, body: object, token = ''): Promise<Buffer> => {
  const headers = { 'content-type': 'application/json', authorization: token };
  const response = await fetch(`${access.url}/v2/api/${operation}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  return Buffer.from(await response.arrayBuffer());
};

/** Milliseconds that the work takes in the middle of many rounds, and its reference in turn with it. */
const inTurn = (work: () => void, reference: () => void): readonly [number, number] => {
  const costs: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    for (const [index, run] of [work, reference].entries()) {
      const began = performance.now();
      run();
      costs[index]?.push(performance.now() - began);
    }
  }
  return [median(costs[0]), median(costs[1])];
};

const compare = <T extends Row>(name: string, { keys, parse }: Resource<T>, page: Buffer): BenchRow => {
  const [value, reference] = inTurn(
    () => void scanRows([page], keys, { row: (row) => void parse(row) }),
    () => {
      const rows: unknown = JSON.parse(page.toString('utf8'));
      if (Array.isArray(rows)) for (const row of rows) parse(row);
    },
  );
  return {
    what: `the fields of a page of ${name} (${(page.length / 1e6).toFixed(2)} MB)`,
    unit: 'ms',
    value,
    reference: { what: 'by way of JSON.parse', value: reference },
    goal: { of: 'ratio', is: '≤', limit: 0.65 },
  };
};

/** Taking the fields that are used from a page's bytes, beside JSON.parse of all of it. */
export const benchParsing = async (): Promise<readonly BenchRow[]> => {
  await using tower = await TowerWorker.start({ clusters: 10, hosts: 50, disks: 2, vms: 1000, alerts: 10 });
  const { access } = tower;
  const { username, password } = access;
  const answered: unknown = JSON.parse(
    (await post(access, 'login', { username, password, source: 'LOCAL' })).toString(),
  );
  const { token } = login.parse(answered).data;
  const page = (operation: string): Promise<Buffer> => post(access, operation, { first: pageSize }, token);
  return [
    compare('VMs', resources.vms, await page('get-vms')),
    compare('hosts', resources.hosts, await page('get-hosts')),
    compare('disks', resources.disks, await page('get-disks')),
  ];
};
