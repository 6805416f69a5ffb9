import { describe, expect, it } from 'vitest';
import { runtimeVersion } from './docker-service.ts';

describe('the runtime version that a node reports', () => {
  it.each([
    ['18.09.1', '18.9.1'],
    ['18.03.1-ce', '18.3.1'],
    ['17.06.2-ce', '17.6.2'],
    // Semantic, so its suffix stays.
    ['17.12.1-ce', '17.12.1-ce'],
    ['19.03.15', '19.3.15'],
    ['1.13.1', '1.13.1'],
    ['20.10.24', '20.10.24'],
    ['20.10.24+dfsg1', '20.10.24+dfsg1'],
    ['20.10.5-rc.1+build.7', '20.10.5-rc.1+build.7'],
    ['20.10.5-rc.01', '20.10.5'],
    ['29.0.0', '29.0.0'],
    ['v20.10.7', '20.10.7'],
    [' 20.10.7', '20.10.7'],
    ['20.10.7~debian', '20.10.7'],
    ['18.09', '18.9'],
    ['1.2.3.004', '1.2.3.4'],
    // Upstream refuses these.
    ['dev', 'dev'],
    ['20', '20'],
    ['020.10.1', '020.10.1'],
  ])('of %s is %s', (version, reported) => expect(runtimeVersion(version)).toBe(reported));
});
