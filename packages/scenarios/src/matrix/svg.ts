import { bandLabel, changesBelow, changesRight, type Grid, lookOf } from './grid.ts';
import { type Caption, escapeXml, palette, sayAll, sayEntry } from './picture.ts';

const CELL = 22;
const MARGIN = 16;
const TITLE_HEIGHT = 34;
const LEGEND_LINE = 22;
/** Width of a character of the labels, about. */
const CHARACTER = 7;
const FONT = 'font-family="Segoe UI,Helvetica Neue,Helvetica,Arial,sans-serif"';

/** The matrix as a picture that needs nothing else: letters in the cells, thick lines where the outcome changes. */
export function drawSvg(grid: Grid, caption: Caption): string {
  const rowLabels = grid.rows.map(bandLabel);
  const columnLabels = grid.columns.map(bandLabel);
  const left = MARGIN + widthOf(rowLabels) + 8;
  const top = MARGIN + TITLE_HEIGHT + widthOf(columnLabels) + 8;
  const right = left + grid.columns.length * CELL;
  const bottom = top + grid.rows.length * CELL;
  const legend = caption.legend.map((entry) => `${sayEntry(entry, caption)} (${entry.count})`);
  const width =
    Math.max(right, MARGIN + 34 + widthOf(legend), MARGIN + widthOf([caption.title]) * 1.25) + MARGIN;
  const height = bottom + MARGIN + legend.length * LEGEND_LINE + MARGIN;
  const marks = new Map(caption.legend.map(({ look, mark }) => [look, mark]));
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title desc" ${FONT} font-size="12">`,
    `<title id="title">${escapeXml(caption.title)}</title>`,
    `<desc id="desc">Rows are edgecore releases, columns Docker Engine lines. ${escapeXml(sayAll(caption))}</desc>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="${MARGIN}" y="${MARGIN + 12}" font-size="15" font-weight="600" fill="#1b1b1b">${escapeXml(caption.title)}</text>`,
    `<text x="${left - 8}" y="${top - 8}" text-anchor="end" font-size="11" fill="#555555">edgecore ↓ Docker →</text>`,
    ...rowLabels.map((label, row) => text(label, { x: left - 8, y: top + row * CELL + 15, anchor: 'end' })),
    ...columnLabels.map((label, column) => {
      const [x, y] = [left + column * CELL + 15, top - 6];
      return text(label, { x, y, anchor: 'start', turn: -90 });
    }),
  ];
  for (const [row, rowLabel] of rowLabels.entries()) {
    for (const [column, columnLabel] of columnLabels.entries()) {
      const cell = grid.at(row, column);
      const { fill, text: ink } = palette[cell.outcome];
      const [x, y] = [left + column * CELL, top + row * CELL];
      parts.push(
        `<g><title>${escapeXml(`${rowLabel} with Docker ${columnLabel}: ${sayEntry(cell, caption)}`)}</title>` +
          `<rect x="${x}" y="${y}" width="${CELL}" height="${CELL}" fill="${fill}" stroke="#ffffff" stroke-width="0.5"/>` +
          `<text x="${x + CELL / 2}" y="${y + 15}" text-anchor="middle" font-size="11" fill="${ink}">${marks.get(lookOf(cell)) ?? ''}</text></g>`,
      );
    }
  }
  parts.push(`<path d="${borders(grid, left, top)}" fill="none" stroke="#1b1b1b" stroke-width="2"/>`);
  for (const [index, entry] of caption.legend.entries()) {
    const y = bottom + MARGIN + index * LEGEND_LINE;
    const { fill, text: ink } = palette[entry.outcome];
    parts.push(
      `<rect x="${MARGIN}" y="${y}" width="26" height="18" fill="${fill}"/>` +
        `<text x="${MARGIN + 13}" y="${y + 13}" text-anchor="middle" font-size="11" fill="${ink}">${entry.mark}</text>` +
        text(legend[index] ?? '', { x: MARGIN + 34, y: y + 13, anchor: 'start' }),
    );
  }
  return `${parts.join('\n')}\n</svg>\n`;
}

const widthOf = (labels: readonly string[]) =>
  Math.ceil(Math.max(...labels.map(({ length }) => length)) * CHARACTER);

function text(
  label: string,
  { x, y, anchor, turn }: { x: number; y: number; anchor: 'start' | 'end'; turn?: number },
): string {
  const turned = turn === undefined ? '' : ` transform="rotate(${turn} ${x} ${y})"`;
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="#1b1b1b"${turned}>${escapeXml(label)}</text>`;
}

/** The frame of the matrix, and a line between any two neighbours that differ. */
function borders(grid: Grid, left: number, top: number): string {
  const [width, height] = [grid.columns.length * CELL, grid.rows.length * CELL];
  const lines = [`M${left} ${top}h${width}v${height}h${-width}z`];
  for (const row of grid.rows.keys()) {
    for (const column of grid.columns.keys()) {
      const [x, y] = [left + column * CELL, top + row * CELL];
      if (changesRight(grid, row, column)) lines.push(`M${x + CELL} ${y}v${CELL}`);
      if (changesBelow(grid, row, column)) lines.push(`M${x} ${y + CELL}h${CELL}`);
    }
  }
  return lines.join('');
}
