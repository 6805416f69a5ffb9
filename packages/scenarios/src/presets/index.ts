import { nearest } from '../suite/nearest.ts';
import { UsageError } from '../usage-error.ts';
import { kubeedge16Docs } from './kubeedge-1.6-docs.data.ts';
import { kubeedgeNewest } from './kubeedge-newest.data.ts';
import { kubesphere310 } from './kubesphere-3.1.0.data.ts';
import { kubesphere311 } from './kubesphere-3.1.1.data.ts';
import { kubesphere32 } from './kubesphere-3.2.data.ts';
import { kubesphere33 } from './kubesphere-3.3.data.ts';
import { kubesphere34 } from './kubesphere-3.4.data.ts';
import type { Preset } from './preset.ts';

export const presets: readonly Preset[] = [
  kubesphere310,
  kubesphere311,
  kubesphere32,
  kubesphere33,
  kubesphere34,
  kubeedge16Docs,
  kubeedgeNewest,
];

/** A preset by its name. @throws UsageError naming the nearest and all there are */
export function findPreset(name: string): Preset {
  const preset = presets.find((candidate) => candidate.name === name);
  if (preset !== undefined) return preset;
  const known = presets.map((candidate) => candidate.name);
  throw new UsageError(
    `Looked for the preset ${JSON.stringify(name)}; the nearest is "${nearest(name, known)}", of ${known.join(', ')}.`,
  );
}
