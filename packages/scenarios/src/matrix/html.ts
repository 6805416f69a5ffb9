import { bandLabel, changesBelow, changesRight, type Grid, lookOf } from './grid.ts';
import { pageScript, pageStyle } from './html-page.ts';
import { type Caption, escapeXml, palette, sayEntry } from './picture.ts';

/** The matrix as one page that needs nothing else; a cell says more when it is pointed at, clicked or reached by keys. */
export function drawHtml(grid: Grid, caption: Caption): string {
  const entries = new Map(caption.legend.map((entry, index) => [entry.look, { ...entry, index }]));
  const heading = grid.columns.map((column) => {
    const { version } = column.first;
    return `<th scope="col" data-v="${escapeXml(version)}"><span>${escapeXml(bandLabel(column))}</span></th>`;
  });
  const rows = grid.rows.map((band, row) => {
    const cells = grid.columns.map((_, column) => {
      const entry = entries.get(lookOf(grid.at(row, column)));
      const right = changesRight(grid, row, column) ? ' r' : '';
      const below = changesBelow(grid, row, column) ? ' b' : '';
      return `<td class="k${entry?.index ?? ''}${right}${below}">${entry?.mark ?? ''}</td>`;
    });
    const { version } = band.first;
    return `<tr><th scope="row" data-v="${escapeXml(version)}">${escapeXml(bandLabel(band))}</th>${cells.join('')}</tr>`;
  });
  const legend = caption.legend.map((entry, index) => {
    const said = escapeXml(sayEntry(entry, caption));
    return `<li><b class="k${index}">${entry.mark}</b> <span>${said}</span> (${entry.count})</li>`;
  });
  const colours = caption.legend.map(({ outcome }, index) => {
    const { fill, text } = palette[outcome];
    return `.k${index}{background:${fill};color:${text}}`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeXml(caption.title)}</title>
<style>
${pageStyle}
${colours.join('\n')}
</style>
</head>
<body>
<h1>${escapeXml(caption.title)}</h1>
<p>Rows are edgecore releases, columns Docker Engine lines; thick lines mark where the outcome changes.</p>
<p id="detail" role="status" data-scenario="${escapeXml(caption.scenario)}">Point at a cell, or walk with the arrow keys.</p>
<ul id="legend">
${legend.join('\n')}
</ul>
<div id="scroll">
<table>
<thead><tr><td>edgecore ↓ Docker →</td>${heading.join('')}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
</div>
<script>
${pageScript}
</script>
</body>
</html>
`;
}
