// action.yml against GitHub's rules for composite actions, and its steps run as the runner runs them.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';

const ROOT = join(import.meta.dirname, '../../..');

interface Step {
  id?: string;
  if?: string;
  uses?: string;
  with?: Record<string, string>;
  shell?: string;
  env?: Record<string, string>;
  run?: string;
}

interface Action {
  name: string;
  description: string;
  inputs: Record<string, { description: string; default: string }>;
  outputs: Record<string, { description: string; value: string }>;
  runs: { using: string; steps: Step[] };
}

const action = parse(readFileSync(join(ROOT, 'action.yml'), 'utf8')) as Action;

/** Evaluates what our steps use of GitHub's expressions: `inputs.x`, alone or compared with ''. */
function evaluate(expression: string, inputs: Readonly<Record<string, string>>): string | boolean {
  const [, name = '', operator] = /^inputs\.([\w-]+)(?: (==|!=) '')?$/.exec(expression) ?? [];
  const value = inputs[name];
  if (value === undefined) throw new Error(`cannot evaluate ${expression}`);
  if (operator === undefined) return value;
  return operator === '==' ? value === '' : value !== '';
}

/** A folder with a blank in its name, as a runner may have. */
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kubeedge-sim action-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Runs the steps that have a script, with the command of this workspace. */
function runAction(given: Readonly<Record<string, string>>) {
  const folder = newFolder();
  const path = (name: string) => join(folder, name);
  mkdirSync(path('work'));
  for (const name of ['output', 'summary.md']) writeFileSync(path(name), '');
  const cli = join(ROOT, 'packages/scenarios/src/bin.ts');
  const defaults = Object.entries(action.inputs).map(([name, input]) => [name, input.default]);
  const inputs: Record<string, string> = {
    ...Object.fromEntries(defaults),
    node: '',
    command: `${process.execPath} ${cli}`,
    ...given,
  };
  let out = '';
  let status: number | null = 0;
  for (const step of action.runs.steps) {
    if (step.if !== undefined && evaluate(step.if, inputs) !== true) continue;
    expect(step.uses).toBeUndefined();
    const env = Object.entries(step.env ?? {}).map(([name, text]) => [
      name,
      text.replace(/\$\{\{ (.*?) \}\}/g, (_, expression: string) => String(evaluate(expression, inputs))),
    ]);
    writeFileSync(path('step.sh'), step.run ?? '');
    const ran = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', path('step.sh')], {
      cwd: path('work'),
      encoding: 'utf8',
      env: {
        PATH: process.env.PATH,
        GITHUB_ACTIONS: 'true',
        GITHUB_WORKSPACE: path('work'),
        GITHUB_OUTPUT: path('output'),
        GITHUB_STEP_SUMMARY: path('summary.md'),
        RUNNER_TEMP: path('temp'),
        ...Object.fromEntries(env),
      },
    });
    out += ran.stdout + ran.stderr;
    status = ran.status;
    if (status !== 0) break;
  }
  const outputs = Object.fromEntries(
    readFileSync(path('output'), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  return { out, status, outputs, summary: readFileSync(path('summary.md'), 'utf8') };
}

describe('the GitHub Action', () => {
  test('keeps the rules of composite actions', () => {
    expect(action.runs.using).toBe('composite');
    for (const { description, default: value } of Object.values(action.inputs)) {
      expect(description).toMatch(/\w/);
      expect(typeof value).toBe('string');
    }
    const text = readFileSync(join(ROOT, 'action.yml'), 'utf8');
    const used = [...text.matchAll(/\binputs\.([\w-]+)/g)].map(([, name]) => name ?? '');
    expect([...new Set(used)].toSorted()).toEqual(Object.keys(action.inputs).toSorted());
    for (const step of action.runs.steps) {
      expect((step.run === undefined) !== (step.uses === undefined)).toBe(true);
      expect(step.shell).toBe(step.run === undefined ? undefined : 'bash');
      expect(step.run ?? '').not.toContain('${{');
    }
  });

  test('declares as outputs what its step writes', () => {
    const script = action.runs.steps.find(({ id }) => id === 'run')?.run ?? '';
    for (const [name, { value }] of Object.entries(action.outputs)) {
      expect(value).toBe(`\${{ steps.run.outputs.${name} }}`);
      expect(script).toContain(`${name}=`);
    }
  });

  test('plays a suite, annotates, sums up, counts, and fails with the run', () => {
    const suite = join(newFolder(), 'our fleet.yaml');
    writeFileSync(
      suite,
      "cases:\n- { scenario: edgestream-disabled, without: true }\n- { name: 'a; $(touch x) `y`', scenario: edgestream-disabled, expect: healthy }\n",
    );
    const { out, status, outputs, summary } = runAction({
      suite,
      scenarios: 'dnat-rule-missing',
      arguments: '--seed\n3\n',
    });
    expect(status).toBe(1);
    expect(out).toMatch(/^2 passed · 1 failed · /m);
    expect(out).toMatch(/^::error title=a; \$\(touch x\) `y`,file=.*our fleet\.yaml,line=3::/m);
    expect(summary).toContain('```mermaid\nsequenceDiagram');
    expect(outputs).toMatchObject({
      passed: '2',
      failed: '1',
      error: '0',
      'not-played': '0',
      'exit-code': '1',
    });
    const report = outputs as { json: string; junit: string };
    expect(JSON.parse(readFileSync(report.json, 'utf8')).cases[0].seed).toBe(3);
    expect(readFileSync(report.junit, 'utf8')).toContain('<testsuites ');
    expect(Object.keys(outputs).toSorted()).toEqual(Object.keys(action.outputs).toSorted());
  }, 60_000);

  test('takes nothing that it is given for a part of its script', () => {
    const { out, status, outputs } = runAction({ scenarios: '$(echo dnat-rule-missing) ;exit' });
    expect(status).toBe(2);
    expect(out).toContain('Looked for scenario "$(echo", found only');
    expect(outputs).toEqual({ 'exit-code': '2' });
  }, 60_000);

  test('the workflow in docs/ci.md gives it inputs that it has', () => {
    const [, text = ''] =
      /^```yaml\n(# \.github\/workflows[\s\S]*?)^```$/m.exec(
        readFileSync(join(ROOT, 'docs/ci.md'), 'utf8'),
      ) ?? [];
    const { jobs } = parse(text) as { jobs: Record<string, { steps: Step[] }> };
    const steps = Object.values(jobs).flatMap((job) => job.steps);
    const ours = steps.filter(({ uses }) => uses?.startsWith('kubeedge-sim/kubeedge-sim@'));
    expect(ours).toHaveLength(1);
    for (const { with: inputs = {} } of ours)
      expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(Object.keys(inputs)));
    const outputs = [...text.matchAll(/steps\.sim\.outputs\.([\w-]+)/g)].map(([, name]) => name);
    expect(outputs.length).toBeGreaterThan(0);
    for (const name of outputs) expect(Object.keys(action.outputs)).toContain(name);
  });
});
