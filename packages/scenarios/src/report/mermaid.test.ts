import fc from 'fast-check';
import mermaid from 'mermaid';
import { describe, expect, it } from 'vitest';
import { hostileTexts, sequenceWith } from '../reporters/case-report.test-support.ts';
import { mermaidDiagram } from './mermaid.ts';

const read = (diagram: string) => mermaid.parse(diagram);

describe('the Mermaid diagram', () => {
  it('marks and shades the failing hop', () => {
    expect(mermaidDiagram(sequenceWith('hello'))).toMatchInlineSnapshot(`
      "sequenceDiagram
        participant caller as hello
        participant docker as ✗ Docker
        rect rgba(220, 50, 47, 0.15)
        caller->>docker: hello
        docker-xcaller: hello
        Note over docker: hello
        end
        Note over caller: hello
      "
    `);
  });

  it.each(hostileTexts)('is read by Mermaid with %j in it', async (text) => {
    await expect(read(mermaidDiagram(sequenceWith(text)))).resolves.toMatchObject({
      diagramType: 'sequence',
    });
  });

  it('is read by Mermaid with any text in it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 150 }), async (text) => {
        await expect(read(mermaidDiagram(sequenceWith(text)))).resolves.toMatchObject({
          diagramType: 'sequence',
        });
      }),
      { numRuns: 200 },
    );
  });

  it('would be refused without its escapes', async () => {
    await expect(read('sequenceDiagram\n  participant a as b; end\n')).rejects.toThrow('Parse error');
  });
});
