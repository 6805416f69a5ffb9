import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mermaid from 'mermaid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../cli.test-support.ts';
import { main } from '../cli.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubeedge-sim-run-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const file = (name: string) => join(folder, name);

/** The command in this process; `stop` ends it. */
const run = (args: readonly string[], stop = new AbortController().signal, colour = false) =>
  runCli(['run', ...args], { colour, columns: 100 }, stop);

async function suite(text: string): Promise<string> {
  await writeFile(file('suite.yaml'), text);
  return file('suite.yaml');
}

const json = async () => JSON.parse(await readFile(file('out.json'), 'utf8'));

describe('kubeedge-sim run', () => {
  it('plays the catalog: every symptom is there, and every cure named clears it', async () => {
    const { out, exitCode } = await run(['--reporter', 'json']);
    expect(exitCode).toBe(0);
    const { totals, cases } = JSON.parse(out);
    expect(totals).toMatchObject({ cases: 12, passed: 12 });
    for (const { cures } of cases) expect(cures.length).toBeGreaterThan(0);
  }, 60_000);

  it('draws the request of each that fails so that Mermaid reads it, with the failing hop marked', async () => {
    const { exitCode } = await run([
      '--expect',
      'healthy',
      '--reporter',
      'list',
      '--reporter',
      `github=${file('sum.md')}`,
    ]);
    expect(exitCode).toBe(1);
    const diagrams = [...(await readFile(file('sum.md'), 'utf8')).matchAll(/^```mermaid\n([\s\S]*?)^```$/gm)];
    expect(diagrams).toHaveLength(12);
    for (const [, diagram = ''] of diagrams) {
      expect(await mermaid.parse(diagram)).toMatchObject({ diagramType: 'sequence' });
      expect(diagram.match(/participant \w+ as ✗ /g)).toHaveLength(1);
      expect(diagram).toContain('rect rgba');
    }
  }, 60_000);

  it('says of a case that fails why, where, the last hops and how to see it again', async () => {
    const stated = await suite(
      'cases:\n- name: our fleet\n  scenario: missing-pod-metrics\n  docker: 18.09.1\n  expect: healthy\n',
    );
    const { out, exitCode } = await run([
      '--suite',
      stated,
      '--reporter',
      'list',
      '--reporter',
      `json=${file('out.json')}`,
    ]);
    expect(exitCode).toBe(1);
    expect(out).toContain(
      `✗ our fleet  ${stated}:2\n  expected the outcome healthy, found symptom (engine-refuses-cadvisor)\n`,
    );
    expect(out).toContain("  Layer: edged's cAdvisor ↔ Docker Engine API\n");
    expect(out).toMatch(
      /^ {4}✗ +0\.000s {2}cAdvisor \(edge-node-1\) →✗ Docker Engine API \(edge-node-1\) {2}GET /m,
    );
    expect(out).toMatch(/^ {4} +30\.011s {2}metrics-server +ok, 0 pods {2}#\d+$/m);
    expect(out).toMatch(/\n0 passed · 1 failed · \d+\.\d s\n$/);
    const [{ reproduce, traceHash, hops, suite: at }] = (await json()).cases;
    expect(out).toContain(`  Play it again: ${reproduce}\n`);
    expect(at).toEqual({ file: stated, line: 2 });
    expect(hops.length).toBeGreaterThan(8);
    // The command does play the same again.
    const [npx, name, ...words] = reproduce.split(' ');
    expect([npx, name]).toEqual(['npx', 'kubeedge-sim']);
    const again: string[] = [];
    const io = { out: (text: string) => void again.push(text), error: () => {}, colour: false, columns: 100 };
    expect(await main([...words, '--json'], io, AbortSignal.abort())).toBe(1);
    expect(JSON.parse(again.join(''))).toMatchObject({ traceHash, outcome: 'symptom' });
  });

  it('speaks Chinese, and in colours on a terminal', async () => {
    const words = ['missing-pod-metrics', '--expect', 'healthy', '--lang', 'zh'];
    const { out } = await run(words, undefined, true);
    expect(out).toContain(
      '\u001b[31m预期结论为 healthy，实际为 symptom（engine-refuses-cadvisor）\u001b[39m',
    );
    expect(out).toContain('请求的最后几跳');
    expect((await run(words)).out).not.toContain('\u001b');
  });

  it('refuses what is not the cause, and cures that do not clear', async () => {
    const stated = await suite(
      [
        'defaults: { scenario: edgestream-disabled, expect: symptom }',
        'cases:',
        '- cause: no-dnat-rule',
        '- { name: two faults, faults: dnat-rule-missing, cures: true }',
        "- { name: too late, acts: '5h: heal edge-node-1' }",
      ].join('\n'),
    );
    await run(['--suite', stated, '--reporter', `json=${file('out.json')}`]);
    const { cases } = await json();
    expect(
      cases.map(({ status, reasons }: { status: string; reasons: string[] }) => [status, ...reasons]),
    ).toEqual([
      ['failed', 'expected the cause no-dnat-rule, found edgestream-is-disabled'],
      [
        'failed',
        'the cure dnat did not clear the symptom: symptom',
        'the cure edgestream did not clear the symptom: symptom',
      ],
      ['failed', 'the observations had ended before "18000s: heal edge-node-1"; give an earlier time'],
    ]);
  });

  it('looks only when an act has had its time, and says so in the command that repeats it', async () => {
    const later = ['dnat-rule-missing', '--without', '--act', '2m: dnat del 10350', '--look-after', '4m'];
    const { out, exitCode } = await run([...later, '--expect', 'symptom', '--reporter', 'json']);
    expect(exitCode).toBe(0);
    const [{ lookAfterMs, virtualMs, reproduce }] = JSON.parse(out).cases;
    expect(lookAfterMs).toBe(240_000);
    expect(virtualMs).toBeGreaterThanOrEqual(240_000);
    expect(reproduce).toMatch(/--without --act '120s: dnat del 10350' --look-after \S+ --expect symptom$/);
  });

  it('ends at the first that fails when told to', async () => {
    const words = ['dnat-rule-missing', 'edgestream-disabled', '--without', '--expect', 'symptom', '--bail'];
    const { out, exitCode } = await run([
      ...words,
      '--reporter',
      'list',
      '--reporter',
      `junit=${file('out.xml')}`,
    ]);
    expect(exitCode).toBe(1);
    expect(out).toMatch(/\n0 passed · 1 failed · 1 not played · /);
    expect(await readFile(file('out.xml'), 'utf8')).toContain(
      '<skipped message="not played: an earlier case',
    );
  });

  it('goes on after a case that cannot be played, and exits with 2 when that is the user’s', async () => {
    const words = ['edgestream-disabled', 'dnat-rule-missing', '--without', '--act', '20s: heal edge-node-9'];
    const { out, exitCode } = await run(words);
    expect(exitCode).toBe(2);
    expect(out).toContain('\n0 passed · 2 could not be played · ');
    expect(out).toContain('found only master-1, edge-node-1, edge-node-2');
  });

  it('writes its reports when it is interrupted, and exits as a shell would say', async () => {
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      const { out, exitCode } = await run(['--reporter', 'json'], AbortSignal.abort(signal));
      expect(exitCode).toBe(code);
      expect(JSON.parse(out).totals).toEqual({ cases: 12, passed: 0, failed: 0, error: 0, notPlayed: 12 });
    }
  });

  it('tells that a reporter failed, and lets the others go on', async () => {
    const gone = file('gone');
    const stop = new AbortController();
    const playing = run(
      ['edgestream-disabled', '--without', '--reporter', 'list', '--reporter', `json=${gone}/a.json`],
      stop.signal,
    );
    // Its folder was made before the case was played; now a file takes its place.
    await expect
      .poll(() =>
        rm(gone, { recursive: true }).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
    await writeFile(gone, '');
    const { out, error, exitCode } = await playing;
    expect(exitCode).toBe(2);
    expect(out).toContain('1 passed');
    expect(error).toMatch(/^The reporter json=.* failed: E(EXIST|NOTDIR).*\. The results above hold/);
  });

  it.each([
    [['no-such-scenario'], 'found only: missing-pod-metrics'],
    [['--reporter', 'xml'], 'there are list, json, junit, github'],
    [['--suite', '/no/such.yaml'], 'Tried to read the suite /no/such.yaml: ENOENT'],
    [['--expect', 'fine'], 'Allowed choices are symptom, healthy, other, not-applicable'],
  ])('refuses %j', async (words, message) => {
    const { error, exitCode } = await run(words);
    expect(exitCode).toBe(2);
    expect(error).toContain(message);
  });

  it('refuses options of ids beside a suite alone', async () => {
    const stated = await suite('cases: [{ scenario: edgestream-disabled }]');
    const { error, exitCode } = await run(['--suite', stated, '--metrics-server', '0.4.2']);
    expect(exitCode).toBe(2);
    expect(error).toContain('Got --metrics-server with a suite and no scenario');
  });
});
