/** What a table has under a name that somebody has typed; undefined, too, for `constructor` and the like. */
export const entryOf = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

/**
 * Splits a line of iptables-save, or of a shell, into words: quotes hold together, a backslash keeps the next character
 * (not within single quotes).
 * @throws SyntaxError when a quote is left open
 */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const char = line[at] as string;
    if (quote !== undefined && char === quote) quote = undefined;
    else if (char === '\\' && quote !== "'" && at + 1 < line.length) word = (word ?? '') + line[++at];
    else if (quote !== undefined) word = (word ?? '') + char;
    else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + char;
  }
  if (quote !== undefined)
    throw new SyntaxError(`Tried to split ${line}, found a ${quote} that is not closed.`);
  if (word !== undefined) words.push(word);
  return words;
}

/** A word as iptables-save prints it: in quotes where anything but letters, digits, `_` and `-` is in it. */
export const quoteWord = (word: string): string =>
  /^[\w-]+$/.test(word) ? word : `"${word.replace(/["'\\]/g, '\\$&')}"`;
