import { isFailing, type Sequence, stepText } from './sequence.ts';

/** Characters of a text that are shown; longer ones would make the picture unreadable. */
const TEXT_MAX = 120;

const SHADE = 'rect rgba(220, 50, 47, 0.15)';
const arrows = { ask: '->>', answer: '-->>', lost: '-x' } as const;

/** A sequence as a Mermaid `sequenceDiagram`, which GitHub draws in Markdown; the failing hop is marked and shaded. */
export function mermaidDiagram(sequence: Sequence): string {
  const { participants, steps, failing } = sequence;
  const lines = participants.map(({ id, label }) => {
    return `participant ${id} as ${escaped(id === failing ? `✗ ${label}` : label)}`;
  });
  let shaded = false;
  for (const step of steps) {
    const fails = isFailing(sequence, step);
    if (fails && !shaded) lines.push(SHADE);
    if (!fails && shaded) lines.push('end');
    shaded = fails;
    const text = escaped(stepText(step));
    const way =
      step.arrow === 'note' ? `Note over ${step.from}` : `${step.from}${arrows[step.arrow]}${step.to}`;
    lines.push(`${way}: ${text}`);
  }
  if (shaded) lines.push('end');
  if (failing !== undefined && !steps.some((step) => isFailing(sequence, step))) {
    lines.push(SHADE, `Note over ${failing}: ✗ nothing comes here`, 'end');
  }
  return `sequenceDiagram\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

/** A text that Mermaid shows as it is: what it would read as syntax or as HTML is written as its entity codes. */
function escaped(text: string): string {
  const shown = Array.from(text.toWellFormed().replaceAll(/[\s\u0000-\u001F\u007F-\u009F]+/g, ' '));
  const cut = shown.length > TEXT_MAX ? [...shown.slice(0, TEXT_MAX - 1), '…'] : shown;
  return cut
    .map((letter) => (/[#;<>&"`%{}\\]/.test(letter) ? `#${letter.codePointAt(0)};` : letter))
    .join('');
}
