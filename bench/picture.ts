import type { Result } from './result.ts';
import { figure } from './text.ts';

const LABEL_WIDTH = 210;
const BAR_WIDTH = 520;
const FIGURE_WIDTH = 150;
const BAR_HEIGHT = 13;
const GROUP_GAP = 14;
const TOP = 74;
const MARGIN = 12;
const LEGEND_STEP = 200;
const COLOURS: readonly string[] = ['#0969da', '#8c959f', '#c9b458', '#d0d7de'];

/** The tunnel's throughput as bars: ours, the real one measured elsewhere, and the raw baselines. */
export function tunnelPicture({ measurements, unit }: Result, machine: string): string {
  const groups = measurements.map(({ case: name, value, elsewhere, baselines }) => ({
    name,
    bars: [{ name: 'kubeedge-sim', value }, ...(elsewhere === undefined ? [] : [elsewhere]), ...baselines],
  }));
  const names = groups[0]?.bars.map(({ name }) => name) ?? [];
  const groupHeight = names.length * BAR_HEIGHT + GROUP_GAP;
  const width = LABEL_WIDTH + BAR_WIDTH + FIGURE_WIDTH;
  const height = TOP + groups.length * groupHeight + 12;
  const drawn = groups.map(({ name, bars }, group) => {
    const top = TOP + group * groupHeight;
    // Each group has a scale of its own: a small body passes fifty times as often as a large one.
    const longest = Math.max(...bars.map(({ value }) => value));
    const rows = bars.map(({ value }, at) => {
      const y = top + at * BAR_HEIGHT;
      const length = Math.max(1, Math.round((value / longest) * BAR_WIDTH));
      return (
        `<rect x="${LABEL_WIDTH}" y="${y}" width="${length}" height="${BAR_HEIGHT - 2}" fill="${COLOURS[at]}"/>` +
        `<text x="${LABEL_WIDTH + length + 6}" y="${y + 9}" class="figure">${figure(value)}</text>`
      );
    });
    const middle = top + (names.length * BAR_HEIGHT) / 2 + 3;
    return `<text x="${LABEL_WIDTH - 10}" y="${middle}" text-anchor="end">${name}</text>\n${rows.join('\n')}`;
  });
  const legend = names.map(
    (name, at) =>
      `<rect x="${MARGIN + at * LEGEND_STEP}" y="46" width="11" height="11" fill="${COLOURS[at]}"/>` +
      `<text x="${MARGIN + at * LEGEND_STEP + 16}" y="56">${name}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    '<title>Throughput of the tunnel</title>',
    '<style>text { font: 12px ui-sans-serif, system-ui, sans-serif; fill: #1f2328 } .figure { font-size: 10px }',
    '.title { font-size: 15px; font-weight: 600 }</style>',
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="${MARGIN}" y="22" class="title">Summary requests through 10003, the tunnel and 10350, ${unit}</text>`,
    `<text x="${MARGIN}" y="38" class="figure">${machine}; cloud, edge and client are processes of their own</text>`,
    ...legend,
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}
