import type { Outcome } from '../scenario.ts';
import type { LegendEntry } from './grid.ts';

/** What the pictures say above and below the matrix. */
export interface Caption {
  title: string;
  /** The scenario's id. */
  scenario: string;
  /** Its causes' layers, by cause. */
  layers: ReadonlyMap<string, string>;
  legend: readonly LegendEntry[];
}

/** Fill and text of each outcome: apart in hue and in lightness, so that neither colour-blindness nor print joins them. */
export const palette: Record<Outcome, { fill: string; text: string }> = {
  symptom: { fill: '#a63603', text: '#ffffff' },
  healthy: { fill: '#d3e8f6', text: '#17384f' },
  other: { fill: '#f2c14e', text: '#3d2c00' },
  'not-applicable': { fill: '#f0f0f0', text: '#6b6b6b' },
};

/** An outcome and its causes in one line. */
export function sayEntry(
  { outcome, causes }: Pick<LegendEntry, 'outcome' | 'causes'>,
  caption: Caption,
): string {
  const why = causes.map((id) => {
    const layer = caption.layers.get(id);
    return layer === undefined ? id : `${id}, ${layer}`;
  });
  const word = outcome === 'not-applicable' ? 'not applicable' : outcome;
  return why.length === 0 ? word : `${word}: ${why.join('; ')}`;
}

/** What the whole matrix shows, in a sentence for who cannot see it. */
export function sayAll({ legend }: Caption): string {
  return `${legend.map(({ count, outcome, causes }) => `${count} cells ${[outcome, ...causes].join(' ')}`).join(', ')}.`;
}

/** Text in markup. */
export const escapeXml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
