/** How the page looks. The classes of the outcomes are added to it. */
export const pageStyle = `
body{font:14px/1.45 "Segoe UI",Helvetica,Arial,sans-serif;margin:1.5em;color:#1b1b1b;background:#fff}
h1{font-size:1.35em;margin:0 0 .4em}
p{max-width:60em;margin:.4em 0}
#detail{min-height:3em;border-left:4px solid #17384f;padding:.2em .7em;background:#f6f8fa;white-space:pre-line}
#legend{list-style:none;padding:0;margin:.7em 0}
#legend b{display:inline-block;width:2em;text-align:center;font-weight:600}
#scroll{overflow:auto;max-height:80vh;display:inline-block;max-width:100%;border:1px solid #1b1b1b}
table{border-collapse:separate;border-spacing:0;font-size:12px}
thead td{vertical-align:bottom;text-align:right;color:#555;padding:0 .6em .3em;font-size:11px}
thead>tr>*{position:sticky;top:0;background:#fff;z-index:1;border-bottom:2px solid #1b1b1b}
thead span{writing-mode:vertical-rl;transform:rotate(180deg);font-weight:400;white-space:nowrap}
thead th{padding:.3em 0;vertical-align:bottom}
tbody th{position:sticky;left:0;background:#fff;text-align:right;padding:0 .6em;font-weight:400;white-space:nowrap;
border-right:2px solid #1b1b1b}
tbody td{min-width:22px;height:20px;text-align:center;border:0 solid #1b1b1b;
box-shadow:inset -1px -1px 0 #ffffffa0;cursor:pointer}
td.r{border-right-width:2px}
td.b{border-bottom-width:2px}
tbody td:focus{outline:3px solid #0b5fff;outline-offset:-2px}
tbody th.on,thead th.on{background:#17384f;color:#fff}
`.trim();

/** What the page does: it tells the cell that is pointed at, clicked or walked to. */
export const pageScript = `
const table = document.querySelector('table');
const detail = document.getElementById('detail');
const legend = [...document.querySelectorAll('#legend li')];
const body = table.tBodies[0];
let marked = [];
let pinned = false;
function tell(cell) {
  const row = cell.parentElement.cells[0];
  const column = table.tHead.rows[0].cells[cell.cellIndex];
  const entry = legend[Number(/k(\\d+)/.exec(cell.className)[1])];
  for (const heading of marked) heading.classList.remove('on');
  marked = [row, column];
  for (const heading of marked) heading.classList.add('on');
  detail.textContent = 'edgecore ' + row.textContent + ' with Docker ' + column.textContent + ': '
    + entry.querySelector('span').textContent + '\\nkubeedge-sim replay ' + detail.dataset.scenario
    + ' --edgecore ' + row.dataset.v + ' --docker ' + column.dataset.v;
}
const cellOf = (event) => event.target.closest('tbody td');
body.addEventListener('pointerover', (event) => {
  const cell = cellOf(event);
  if (cell && !pinned) tell(cell);
});
body.addEventListener('click', (event) => {
  const cell = cellOf(event);
  if (!cell) return;
  pinned = !pinned || document.activeElement !== cell;
  cell.tabIndex = 0;
  cell.focus();
  tell(cell);
});
const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
body.addEventListener('keydown', (event) => {
  const cell = cellOf(event);
  const step = steps[event.key];
  if (!cell || !step) return;
  event.preventDefault();
  const next = body.rows[cell.parentElement.sectionRowIndex + step[0]]?.cells[cell.cellIndex + step[1]];
  if (next?.tagName !== 'TD') return;
  cell.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
  tell(next);
});
body.rows[0].cells[1].tabIndex = 0;
body.addEventListener('focusin', (event) => tell(cellOf(event)));
`.trim();
