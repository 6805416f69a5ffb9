/** Go's %q. Bytes that are no UTF-8 have become U+FFFD before. */
export function goQuote(text: string): string {
  const escapes: Record<string, string> = {
    '"': '\\"',
    '\\': '\\\\',
    '\x07': '\\a',
    '\b': '\\b',
    '\f': '\\f',
    '\n': '\\n',
    '\r': '\\r',
    '\t': '\\t',
    '\v': '\\v',
  };
  const quoted = text.replace(/["\\\x00-\x1f\x7f]/g, (character) => {
    const hex = character.charCodeAt(0).toString(16).padStart(2, '0');
    return escapes[character] ?? `\\x${hex}`;
  });
  return `"${quoted}"`;
}

/** A value that is printed as it is, without quotes. */
export interface Raw {
  raw: string;
}

/**
 * A message with its values, as klog's InfoS and ErrorS print them: `"Scrape finished" nodeCount=1`.
 * k8s.io/klog v2.8.0 klog.go printS, kvListFormat.
 */
export function structured(message: string, values: Record<string, string | number | Raw>): string {
  const pairs = Object.entries(values).map(([key, value]) => ` ${key}=${format(value)}`);
  return `${goQuote(message)}${pairs.join('')}`;
}

function format(value: string | number | Raw): string {
  if (typeof value === 'object') return value.raw;
  return typeof value === 'number' ? String(value) : goQuote(value);
}
