import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IForbiddenRuleType } from 'dependency-cruiser';

/** Test code may look at anything it likes and need any machine; it is not part of what a package is. */
const TEST_CODE = '[.](test|test-support|contract|bench)[.]ts$|/(examples|bench)/';
const OUTSIDE_THE_WORLD = '^packages/(sim-kit|workbench)/src/';

/** Who may import what, as dependency-cruiser rules for the packages under `root`. */
export function importRules(root: string): IForbiddenRuleType[] {
  const entries = packageEntries(root);
  return [
    {
      name: 'wire-imports-nothing',
      comment:
        'The codec is bytes in, messages out: it needs no package, no Node module and no type of either.',
      severity: 'error',
      from: { path: '^packages/wire/src/', pathNot: TEST_CODE },
      // A relative path that leads nowhere stays as it was written; the compiler reports that one.
      to: { pathNot: ['^packages/wire/src/', '^[.]'] },
    },
    {
      name: 'spdy-imports-zlib-only',
      comment:
        'The session is bytes in, events and bytes out; of Node it takes the compression of its headers.',
      severity: 'error',
      from: { path: '^packages/spdy/src/', pathNot: TEST_CODE },
      to: { pathNot: ['^packages/spdy/src/', '^[.]', '^(node:)?(zlib|buffer)$'] },
    },
    {
      name: 'sim-kit-imports-no-sibling',
      comment: 'The world knows nothing of KubeEdge.',
      severity: 'error',
      from: { path: '^packages/sim-kit/src/' },
      to: { path: ['^packages/(?!sim-kit/)', '^@kubeedge-sim/(?!sim-kit$)'] },
    },
    {
      name: 'cloud-and-edge-stay-apart',
      comment: 'They meet over the tunnel only, as the real ones do.',
      severity: 'error',
      from: { path: '^packages/cloud-sim/' },
      to: { path: ['^packages/edge-sim/', '^@kubeedge-sim/edge-sim(/|$)'] },
    },
    {
      name: 'cloud-and-edge-stay-apart',
      comment: 'They meet over the tunnel only, as the real ones do.',
      severity: 'error',
      from: { path: '^packages/edge-sim/' },
      to: { path: ['^packages/cloud-sim/', '^@kubeedge-sim/cloud-sim(/|$)'] },
    },
    {
      name: 'nobody-imports-scenarios',
      comment:
        'Scenarios stand at the top, with only the bridges to test tools above: what others need belongs further down.',
      severity: 'error',
      from: { path: '^packages/(?!(scenarios|vitest|msw|testcontainers)/)' },
      to: { path: ['^packages/scenarios/', '^kubeedge-sim(/|$)'] },
    },
    {
      name: 'no-deep-imports',
      comment: "A package is used through the exports of its package.json, not through its files' paths.",
      severity: 'error',
      from: { path: '^packages/([^/]+)/' },
      to: { path: '^packages/(?!$1/)', pathNot: entries },
    },
    {
      name: 'no-deep-imports',
      comment: 'A path that the exports of the package do not name does not resolve.',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^(@kubeedge-sim/[^/]+|kubeedge-sim)/', couldNotResolve: true },
    },
    {
      name: 'no-cycles',
      comment:
        'A file in a cycle cannot be run, or tested, without all the others. Types are gone when the code runs: a data ' +
        'file may take its row type from the code that reads it.',
      severity: 'error',
      from: { path: '^packages/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    throughTheWorld('sockets-through-the-world', '(net|tls|dgram|dns(/promises)?|https|inspector)'),
    throughTheWorld('clock-through-the-world', '(timers(/promises)?|perf_hooks)'),
    {
      name: 'processes-only-in-scenarios',
      comment: 'Only the command starts processes and threads.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: [TEST_CODE, '^packages/(scenarios|workbench)/'] },
      to: { path: '^(node:)?(child_process|cluster|worker_threads)$' },
    },
  ];
}

/** A Node module that reaches past the world. Its types may be named: they are gone when the code runs. */
function throughTheWorld(name: string, modules: string): IForbiddenRuleType {
  return {
    name,
    comment: 'Only sim-kit touches the machine; everything else takes the clock and the net of its world.',
    severity: 'error',
    from: { path: '^packages/[^/]+/src/', pathNot: [TEST_CODE, OUTSIDE_THE_WORLD] },
    to: { path: `^(node:)?${modules}$`, dependencyTypesNot: ['type-only'] },
  };
}

/** The files that the packages' `exports` name, as patterns. */
function packageEntries(root: string): string[] {
  const entries: string[] = [];
  for (const folder of readdirSync(join(root, 'packages'))) {
    const manifest = join(root, 'packages', folder, 'package.json');
    if (!existsSync(manifest)) continue;
    const { exports = {} } = JSON.parse(readFileSync(manifest, 'utf8')) as {
      exports?: Record<string, string>;
    };
    for (const target of Object.values(exports)) {
      const file = `packages/${folder}/${target.replace(/^[.][/]/, '')}`;
      entries.push(`^${file.replaceAll('.', '[.]')}$`);
    }
  }
  return entries;
}
