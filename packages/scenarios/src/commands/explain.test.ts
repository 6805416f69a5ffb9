import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../cli.test-support.ts';

const kubeedgeSim = (...args: string[]) => runCli(args);

const NGINX = 'nginx-7848d4b86f-x2wqz';
let folder = '';
let trace = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kubeedge-sim-explain-'));
  trace = join(folder, 'trace.ndjson');
  await kubeedgeSim('replay', 'missing-pod-metrics', '--hide-cause', '--trace', trace);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('kubeedge-sim explain', () => {
  it('says so of a node that is not there', async () => {
    const { error, exitCode } = await kubeedgeSim(
      'explain',
      'node',
      'edge-9',
      '--scenario',
      'missing-pod-metrics',
    );
    expect(error).toBe(
      'Looked for node "edge-9", found only edge-node-1, edge-node-2, master-1. Use one of these names.\n',
    );
    expect(exitCode).toBe(2);
  });

  it('plays a scenario and says which scrape, what it held, and why the pod is not in it', async () => {
    const { exitCode, out } = await kubeedgeSim('explain', 'pod', NGINX, '--scenario', 'missing-pod-metrics');
    expect(exitCode).toBe(0);
    const [title, asked, ...rest] = out.trimEnd().split('\n');
    expect(title).toBe(`pod default/${NGINX} on edge-node-1: has none: it was in no answer`);
    expect(asked).toMatch(
      /^ {2}#\d+ +metrics-server asked the node at [\d.]+s: https:\/\/10\.66\.0\.11:10350\/stats/,
    );
    expect(rest.at(-1)).toContain("cAdvisor's docker factory did not register");
  });

  it('reads a trace, where a pod that nobody lists needs its node', async () => {
    const unknown = await kubeedgeSim('explain', 'pod', `default/${NGINX}`, '--trace', trace);
    expect(unknown.out).toContain('give its node with --node');
    const found = ['--trace', trace, '--node', 'edge-node-1', '--json'];
    const { out } = await kubeedgeSim('explain', 'pod', NGINX, ...found);
    expect(JSON.parse(out)).toMatchObject({
      subject: { kind: 'pod', namespace: 'default', name: NGINX, node: 'edge-node-1' },
      verdict: 'not-in-answer',
      findings: [{ events: [expect.any(Number)] }, {}, {}, {}, {}],
    });
  });

  it('says in Chinese, too, that all is well', async () => {
    const { out } = await kubeedgeSim('explain', 'node', 'edge-node-1', '--trace', trace, '--lang', 'zh');
    expect(out).toMatch(/^节点 edge-node-1: 有监控\n/);
    expect(out).toContain('没有丢弃任何数据');
  });

  it.each([
    [['explain', 'service', 'x', '--scenario', 'missing-pod-metrics'], 'say `pod <name>` or `node <name>`'],
    [
      ['explain', 'pod', 'x', '--scenario', 'missing-pod-metrics'],
      'Looked for the pod default/x, found none',
    ],
    [['explain', 'pod', 'x', '--trace', '/nowhere.ndjson'], 'Tried to read the trace /nowhere.ndjson'],
  ])('refuses %j', async (args, says) => {
    const { exitCode, error } = await kubeedgeSim(...args);
    expect(exitCode).not.toBe(0);
    expect(error).toContain(says);
  });
});
