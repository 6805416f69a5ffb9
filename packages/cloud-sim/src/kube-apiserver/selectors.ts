/** Tells whether a set of labels, or of fields, is selected. */
export type Selector = (values: Readonly<Record<string, string>>) => boolean;

/**
 * Parses a label selector: `a=b`, `a==b`, `a!=b`, `a in (x,y)`, `a notin (x,y)`, `a`, `!a`, joined by commas.
 * Undefined when it cannot be read (kubernetes/apimachinery v0.19.3 pkg/labels/selector.go).
 */
export function parseLabelSelector(text: string): Selector | undefined {
  const terms = splitOutsideParentheses(text).map((term) => term.trim());
  const selectors: Selector[] = [];
  for (const term of terms) {
    if (term === '') continue;
    const selector = labelTerm(term);
    if (selector === undefined) return undefined;
    selectors.push(selector);
  }
  return (values) => selectors.every((selector) => selector(values));
}

function labelTerm(term: string): Selector | undefined {
  const set = /^([^\s!=(),]+)\s+(in|notin)\s+\(([^()]*)\)$/.exec(term);
  if (set !== null) {
    const [, key = '', operator, list = ''] = set;
    const wanted = list.split(',').map((value) => value.trim());
    // A key that is absent is "not in" every set.
    return (values) => wanted.includes(values[key] ?? '\0') === (operator === 'in');
  }
  const equality = /^([^\s!=(),]+)\s*(==|=|!=)\s*([^\s!=(),]*)$/.exec(term);
  if (equality !== null) return equalityTerm(equality);
  const existence = /^(!?)\s*([^\s!=(),]+)$/.exec(term);
  if (existence === null) return undefined;
  const [, not, key = ''] = existence;
  return (values) => Object.hasOwn(values, key) === (not === '');
}

/** Parses a field selector: `a=b`, `a==b`, `a!=b`, joined by commas. Undefined when it cannot be read. */
export function parseFieldSelector(text: string): Selector | undefined {
  const selectors: Selector[] = [];
  for (const term of text.split(',')) {
    if (term === '') continue;
    const equality = /^([^=!]+)(==|=|!=)(.*)$/.exec(term);
    if (equality === null) return undefined;
    selectors.push(equalityTerm(equality));
  }
  return (values) => selectors.every((selector) => selector(values));
}

function equalityTerm([, key = '', operator, wanted = '']: readonly string[]): Selector {
  return (values) => (values[key] === wanted) === (operator !== '!=');
}

function splitOutsideParentheses(text: string): string[] {
  return text.split(/,(?![^(]*\))/);
}
