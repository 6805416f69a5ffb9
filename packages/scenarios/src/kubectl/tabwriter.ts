interface Layout {
  minWidth: number;
  padding: number;
}

// kubernetes/cli-runtime v0.20.2 pkg/printers/tabwriter.go GetNewTabWriter.
const kubectlLayout: Layout = { minWidth: 6, padding: 3 };

/**
 * Aligns lines of cells as Go's tabwriter does, padding with blanks. A cell that a tab ends belongs to a
 * column; a column is a run of neighbouring lines that have such a cell, and its width is kept for later runs
 * of the same number. The last cell of a line is never padded. golang/go src/text/tabwriter/tabwriter.go,
 * with liggitt/tabwriter's RememberWidths.
 * @param text lines of cells separated by tabs
 */
export function alignColumns(text: string, layout: Layout = kubectlLayout): string {
  const lines = text.split('\n').map((line) => line.split('\t'));
  const out: string[] = [];
  const widths: number[] = [];
  const widest: number[] = [];

  const write = (from: number, to: number) => {
    for (const cells of lines.slice(from, to)) {
      out.push(cells.map((cell, column) => pad(cell, widths[column])).join(''));
    }
  };
  const format = (from: number, to: number) => {
    const column = widths.length;
    let written = from;
    for (let line = from; line < to; line++) {
      if (!hasColumn(lines[line], column)) continue;
      write(written, line);
      written = line;
      let width = layout.minWidth;
      for (; line < to && hasColumn(lines[line], column); line++) {
        width = Math.max(width, lengthOf(lines[line]?.[column] ?? '') + layout.padding);
      }
      width = Math.max(width, widest[column] ?? 0);
      widest[column] = width;
      widths.push(width);
      format(written, line);
      widths.pop();
      written = line;
    }
    write(written, to);
  };
  format(0, lines.length);
  return out.join('\n');
}

const hasColumn = (cells: readonly string[] | undefined, column: number) => column < (cells?.length ?? 0) - 1;

/** In code points, as the real one counts. */
const lengthOf = (cell: string) => Array.from(cell).length;

function pad(cell: string, width: number | undefined): string {
  return width === undefined ? cell : cell + ' '.repeat(Math.max(0, width - lengthOf(cell)));
}
