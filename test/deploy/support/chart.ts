import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { at, inProject } from './files.ts';

export const chart = inProject('deploy/helm/cloudtower-exporter');

/** What a chart renders to. */
export interface Rendered {
  readonly objects: readonly unknown[];
  readonly notes: string;
}

/** Builds the renderer (test/deploy/helm) with Debian's Go and libraries, without a network; answers with its path. */
export const buildRenderer = (go: string, folder: string): string => {
  const program = join(folder, 'helm');
  execFileSync(go, ['build', '-o', program, inProject('test/deploy/helm/main.go')], {
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      GO111MODULE: 'off',
      GOPATH: '/usr/share/gocode',
      GOCACHE: join(folder, 'go-cache'),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return program;
};

/** Renders the chart with the values of the files, later ones over earlier ones. */
export const renderChart = (renderer: string, ...valueFiles: readonly string[]): Rendered => {
  const text = execFileSync(renderer, [chart, 'test', 'monitoring', ...valueFiles], { encoding: 'utf8' });
  const [objects = '', notes = ''] = text.split('--- NOTES\n');
  return {
    // YAML 1.1, as Kubernetes reads it: `0440` is octal.
    objects: parseAllDocuments(objects, { version: '1.1', uniqueKeys: true })
      .map((document) => {
        const [error] = document.errors;
        if (error !== undefined) throw error;
        return document.toJS();
      })
      .filter((object) => object !== null),
    notes,
  };
};

export const ofKind = ({ objects }: Rendered, ...kinds: readonly string[]): readonly unknown[] =>
  objects.filter((object) => kinds.includes(String(at(object, 'kind'))));
