import type { Lang } from '../text.ts';

/** A value for JSON with every text in one language. */
export function localised(value: unknown, lang: Lang): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, member: unknown) => {
      const text = member as { en?: unknown; zh?: unknown } | null;
      return typeof text?.en === 'string' && typeof text.zh === 'string' ? text[lang] : member;
    }),
  );
}
