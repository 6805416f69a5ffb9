import { describe, inject, test } from 'vitest';
import { type Needs, notEverywhere, type Tool } from './probe-needs.ts';

declare module 'vitest' {
  interface ProvidedContext {
    needs: Needs;
    requireAll: boolean;
  }
}

/** What a suite gets of each tool it asked for. */
export type Found = { readonly path: string; readonly version: string };

/**
 * A suite that needs tools from outside of the repository. It runs when they are there. When one is missing it is
 * skipped with the reason in its title, or, under REQUIRE_ALL=1, fails and says what is missing – unless that is one
 * that need not be everywhere.
 */
export function describeNeeding<T extends Tool>(
  tools: T | readonly T[],
  title: string,
  suite: (found: Readonly<Record<T, Found>>) => void,
): void {
  const needs = inject('needs');
  const wanted = typeof tools === 'string' ? [tools] : tools;
  const found = {} as Record<T, Found>;
  const missing: string[] = [];
  let required = false;
  for (const tool of wanted) {
    const need = needs[tool];
    if (need.ok) found[tool] = { path: need.path, version: need.version };
    else {
      missing.push(`needs ${tool}: ${need.why}`);
      required ||= inject('requireAll') && !notEverywhere.has(tool);
    }
  }
  const why = missing.join('; ');
  if (missing.length === 0) {
    describe(title, () => suite(found));
  } else if (required) {
    describe(title, () => {
      test(`runs under REQUIRE_ALL=1 (${why})`, () => {
        throw new Error(`${title}: ${why}`);
      });
    });
  } else {
    describe.skip(`${title} (skipped, ${why})`, () => {
      // The suite's own body is not entered, because it may use what was not found while it lists its tests.
      test('is skipped', () => {});
    });
  }
}
