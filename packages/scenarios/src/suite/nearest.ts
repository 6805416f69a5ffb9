/** The candidate that takes the fewest insertions, deletions and replacements to become `word`. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const [first] = candidates.toSorted((one, other) => distance(word, one) - distance(word, other));
  return first;
}

function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, letter] of Array.from(from).entries()) {
    const next = [index + 1];
    for (const [column, other] of Array.from(to).entries()) {
      const replaced = (row[column] as number) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] as number) + 1, (next[column] as number) + 1));
    }
    row = next;
  }
  return row.at(-1) as number;
}
