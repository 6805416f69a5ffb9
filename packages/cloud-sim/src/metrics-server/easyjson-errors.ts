/** Which objects and arrays are read; what is not named here is skipped without being looked into. */
interface Shape {
  [key: string]: Shape;
}

const usage: Shape = { cpu: {}, memory: {} };
const summary: Shape = { node: usage, pods: { 0: { podRef: {}, containers: { 0: usage } } } };

/**
 * What easyjson says of a Summary that is no JSON: cut off between tokens, in a string, in something it
 * skips, or plainly wrong. Measured with mailru/easyjson v0.7.1 and kubernetes-sigs/metrics-server v0.4.2
 * pkg/scraper/types_easyjson.go.
 */
export function easyjsonError(text: string): string {
  const { end, skipping } = scan(text);
  const cutInString = text[end] === '"';
  if (skipping && (cutInString || end === text.length)) {
    return `parse error: EOF reached while skipping array/object or token near offset ${text.length} of ''`;
  }
  if (cutInString) return `parse error: unterminated string literal near offset ${text.length} of '${text}'`;
  if (end === text.length) return 'EOF';
  return `parse error: syntax error near offset ${end} of '${context(text, end)}'`;
}

/** How far the text can be read in whole tokens, and whether that point is inside something skipped. */
function scan(text: string): { end: number; skipping: boolean } {
  const token = /\s*(?:([{}[\],:])|true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|"((?:[^"\\]|\\.)*)")/y;
  const open: { isArray: boolean; shape: Shape | undefined }[] = [];
  let key = '';
  let end = 0;
  for (;;) {
    token.lastIndex = end;
    const match = token.exec(text);
    if (match === null) break;
    end = token.lastIndex;
    const [, punctuation, string] = match;
    if (string !== undefined) key = string;
    const top = open.at(-1);
    if (punctuation === '{' || punctuation === '[') {
      const shape = top === undefined ? summary : top.shape?.[top.isArray ? 0 : key];
      open.push({ isArray: punctuation === '[', shape });
    } else if (punctuation === '}' || punctuation === ']') {
      open.pop();
    }
  }
  end += /^\s*/.exec(text.slice(end))?.[0].length ?? 0;
  return { end, skipping: open.some(({ shape }) => shape === undefined) };
}

/**
 * mailru/easyjson v0.7.1 jlexer/lexer.go errParse: ten bytes from there on, or everything when few are left.
 */
function context(text: string, at: number): string {
  return text.length - at <= 13 ? text : `${text.slice(at, at + 10)}...`;
}
