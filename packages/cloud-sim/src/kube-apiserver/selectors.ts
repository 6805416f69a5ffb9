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
  const set = /^([^\s!=(),]+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(term);
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

/** One term of a field selector; `equal` is false for `!=`. */
export interface FieldTerm {
  field: string;
  value: string;
  equal: boolean;
}

/**
 * Parses a field selector: `a=b`, `a==b`, `a!=b`, joined by commas. A backslash takes a comma, an equals sign or a
 * backslash as it is. Undefined when it cannot be read (kubernetes/apimachinery v0.19.3 pkg/fields/selector.go).
 */
export function parseFieldTerms(text: string): FieldTerm[] | undefined {
  const terms: FieldTerm[] = [];
  for (const [term] of text.matchAll(/(?:\\.|[^,\\])+/g)) {
    const [, field, operator, value] = /^([^=!]+)(==|=|!=)((?:\\[\\,=]|[^\\,=])*)$/.exec(term) ?? [];
    if (field === undefined || value === undefined) return undefined;
    terms.push({ field, value: value.replace(/\\(.)/g, '$1'), equal: operator !== '!=' });
  }
  return terms;
}

/** As {@link parseFieldTerms}, of fields whose names nobody checks. */
export function parseFieldSelector(text: string): Selector | undefined {
  const terms = parseFieldTerms(text);
  return terms && ((values) => terms.every(({ field, value, equal }) => (values[field] === value) === equal));
}

function equalityTerm([, key = '', operator, wanted = '']: readonly string[]): Selector {
  return (values) => (values[key] === wanted) === (operator !== '!=');
}

/** At commas, but for those of a set. Both alternatives begin with what the other cannot take, so that it stays linear. */
function splitOutsideParentheses(text: string): string[] {
  return text.match(/(?:[^,(]|\([^)]*\)?)+/g) ?? [];
}
