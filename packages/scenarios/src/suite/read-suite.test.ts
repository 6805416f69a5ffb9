import { describe, expect, it } from 'vitest';
import { catalog } from '../catalog/index.ts';
import { UsageError } from '../usage-error.ts';
import { nearest } from './nearest.ts';
import { planCase } from './planned-case.ts';
import { parseSuite, readSuite } from './read-suite.ts';

const read = (text: string) => parseSuite(text, 'fleet.yaml', { seed: 4, net: 'memory' });

/** What is said of a suite that is refused. */
function refusal(text: string): string {
  try {
    read(text);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return 'was accepted';
}

describe('a suite', () => {
  it('states cases, with defaults, and knows their lines', () => {
    const [first, second] = read(
      [
        'defaults: { scenario: missing-pod-metrics, edgecore: 1.6.1, seed: 9 }',
        'cases:',
        '  - name: our fleet',
        '    docker: 20.10',
        '    expect: healthy',
        '  - scenario: edgestream-disabled',
        '    seed: 3',
        '    net: loopback',
        '    faults: dnat-rule-missing',
        "    acts: ['20s: cut edge-node-1 silent']",
        '    look-after: 2m',
        '    cause: no-dnat-rule',
      ].join('\n'),
    );
    expect(first).toMatchObject({
      name: 'our fleet',
      scenario: { id: 'missing-pod-metrics' },
      cell: { edgecore: 'v1.6.1', docker: expect.stringMatching(/^20\.10\.\d+$/) },
      seed: 9,
      net: 'memory',
      expected: { outcome: 'healthy', cures: false },
      at: { file: 'fleet.yaml', line: 3 },
    });
    expect(second).toMatchObject({
      name: 'edgestream-disabled (dnat-rule-missing)',
      scenario: { faults: [{ id: 'edgestream-disabled' }, { id: 'dnat-rule-missing' }] },
      seed: 3,
      net: 'loopback',
      lookAfterMs: 120_000,
      acts: [{ afterMs: 20_000, action: { do: 'cut', node: 'edge-node-1' } }],
      expected: { outcome: 'symptom', cause: 'no-dnat-rule', cures: true },
      at: { line: 6 },
    });
  });

  it('takes what the command line says where it says nothing, and follows aliases', () => {
    const [planned] = read('cases:\n- &one { scenario: dnat-rule-missing }\n- *one\n');
    expect(planned).toMatchObject({ seed: 4, net: 'memory', name: 'dnat-rule-missing' });
    expect(read('cases:\n- &one { scenario: dnat-rule-missing }\n- *one\n')).toHaveLength(2);
  });

  it('tells everything that is wrong at once, with line, column and path', () => {
    const text = [
      'cases:',
      '  - scenario: missing-pod-metrics',
      '    dokcer: 18.09',
      '    edgecore: v1.6.9',
      '    expect: fine',
      '    seed: -1',
      '    cures: perhaps',
      '    faults: [gremlins]',
      '    acts: [soon]',
      '    cause: engine-refuse-cadvisor',
      '  - name: nothing',
    ].join('\n');
    const lines = refusal(text).split('\n');
    expect(lines[0]).toBe('Tried to read the suite fleet.yaml, found:');
    expect(lines.slice(1, -1)).toEqual([
      expect.stringMatching(
        /^ {2}fleet\.yaml:3:5 cases\[0\]\.dokcer: unknown key; the nearest known is "docker"/,
      ),
      expect.stringMatching(/^ {2}fleet\.yaml:8:14 cases\[0\]\.faults\[0\]: .*found only: docker-18-09/),
      expect.stringMatching(/^ {2}fleet\.yaml:9:12 cases\[0\]\.acts\[0\]: .*found no time before a colon/),
      expect.stringMatching(/^ {2}fleet\.yaml:6:11 cases\[0\]\.seed: found "-1", expected a whole number/),
      expect.stringMatching(
        /^ {2}fleet\.yaml:5:13 cases\[0\]\.expect: found "fine", expected one of symptom/,
      ),
      expect.stringMatching(/:10:12 cases\[0\]\.cause: .*"engine-refuses-cadvisor"/),
      expect.stringMatching(
        /^ {2}fleet\.yaml:7:12 cases\[0\]\.cures: found "perhaps", expected one of true, false/,
      ),
      expect.stringMatching(/^ {2}fleet\.yaml:4:15 cases\[0\]\.edgecore: .*the nearest known are v1\.6\.2/),
      expect.stringMatching(/^ {2}fleet\.yaml:11:5 cases\[1\]: names no "scenario"/),
    ]);
    expect(lines.at(-1)).toBe('See docs/ci.md for what a suite holds.');
  });

  it.each([
    ['', 'fleet.yaml: no cases'],
    ['cases: []', 'fleet.yaml: no cases'],
    ['- a', '1:1 the file: found a list, expected a mapping with defaults, cases'],
    ['case: []', 'the nearest known is "cases"'],
    ['cases: { scenario: a }', '1:8 cases: found a mapping, expected a list'],
    ['cases: [a]', '1:9 cases[0]: found a single value, expected a mapping'],
    ['cases:\n- scenario: [a]', '2:13 cases[0].scenario: found a list, expected a value'],
    ['cases:\n- scenario: no-such', 'found only: missing-pod-metrics'],
    ['cases:\n- scenario:', 'cases[0].scenario: found nothing, expected a value'],
    [
      'cases:\n- { scenario: dnat-rule-missing, name: "a\\n::error::b" }',
      'expected one line without control',
    ],
    ['cases: [', 'fleet.yaml:1:9 '],
    ['cases: []\ncases: []', 'Map keys must be unique'],
    ['cases: [*none]', 'fleet.yaml:1:9 '],
    ['a: 1\n---\nb: 2', 'multiple documents'],
  ])('refuses %j', (text, message) => {
    expect(refusal(text)).toContain(message);
  });

  it('says which file could not be read', async () => {
    await expect(readSuite('/no/such/fleet.yaml', { seed: 1, net: 'memory' })).rejects.toThrow(
      'Tried to read the suite /no/such/fleet.yaml: ENOENT',
    );
  });
});

describe('a planned case', () => {
  it('expects of a scenario what the catalog promises, and health without its condition', () => {
    for (const scenario of catalog) {
      const words = { seed: 1, net: 'memory' } as const;
      expect(planCase(scenario, words).expected).toEqual({ outcome: 'symptom', cures: true });
      expect(planCase(scenario, { ...words, without: true }).expected).toEqual({
        outcome: 'healthy',
        cures: false,
      });
      expect(planCase(scenario, { ...words, expect: 'symptom' }).expected).toEqual({
        outcome: 'symptom',
        cures: false,
      });
    }
  });
});

describe('the nearest word', () => {
  it('takes the fewest changes', () => {
    expect(nearest('dokcer', ['edgecore', 'docker', 'seed'])).toBe('docker');
    expect(nearest('', ['abc', 'a'])).toBe('a');
    expect(nearest('x', [])).toBeUndefined();
  });
});
