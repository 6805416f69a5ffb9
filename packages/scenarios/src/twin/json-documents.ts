/**
 * The JSON documents of a text: usually one, but `kubectl get nodes -o json >> f; kubectl get pods -o json >>
 * f` makes two, one behind the other.
 * @throws SyntaxError as JSON.parse does
 */
export function parseDocuments(text: string): unknown[] {
  try {
    return [JSON.parse(text)];
  } catch (error) {
    const documents = splitDocuments(text);
    if (documents.length < 2) throw error;
    return documents.map((document) => JSON.parse(document) as unknown);
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Cuts behind every closing bracket of the outermost level; what is not inside brackets goes with what
 * follows.
 */
function splitDocuments(text: string): string[] {
  const documents: string[] = [];
  let start = 0;
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === BACKSLASH) index++;
      else if (code === QUOTE) inString = false;
    } else if (code === QUOTE) inString = true;
    else if (code === 0x7b || code === 0x5b) depth++;
    else if ((code === 0x7d || code === 0x5d) && --depth === 0) {
      documents.push(text.slice(start, index + 1));
      start = index + 1;
    }
  }
  if (text.slice(start).trim() !== '') documents.push(text.slice(start));
  return documents;
}
