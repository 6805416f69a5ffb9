// client-go v0.19.3 tools/remotecommand/resize.go, v3.go handleResizes; kubernetes v1.19.3
// pkg/kubelet/cri/streaming/remotecommand/httpstream.go handleResizeEvents.

/** In characters, 0 to 65,535 each. */
export type TerminalSize = { readonly width: number; readonly height: number };

/** One size as client-go writes it: Go's json.Encoder, with a line feed. */
export function encodeTerminalSize({ width, height }: TerminalSize): Uint8Array {
  return new TextEncoder().encode(`{"Width":${width},"Height":${height}}\n`);
}

const objectBytesMax = 4096;
const sizeMax = 0xffff;

/**
 * Sizes out of the bytes of a resize stream: JSON objects one after another, however they are cut. The first that is
 * none ends it, silently, as handleResizeEvents does; so does an object of more than 4,096 bytes, where Go would go on
 * buffering.
 */
export class TerminalSizeReader {
  #text = '';
  #broken = false;

  push(bytes: Uint8Array): TerminalSize[] {
    const sizes: TerminalSize[] = [];
    if (this.#broken) return sizes;
    // Sizes are ASCII; other characters can only stand in strings, which are looked at by no one.
    this.#text += Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
    for (;;) {
      const text = this.#text.replace(/^[ \t\r\n]+/, '');
      const end = objectEnd(text);
      this.#text = end === undefined ? text : text.slice(end);
      if (end === undefined) break;
      const size = sizeOf(text.slice(0, end));
      if (size === undefined) {
        this.#stop();
        return sizes;
      }
      sizes.push(size);
    }
    if (this.#text.length > objectBytesMax || /^[^{]/.test(this.#text)) this.#stop();
    return sizes;
  }

  #stop(): void {
    this.#broken = true;
    this.#text = '';
  }
}

/** Where the object that a text starts with ends; undefined when it does not start with one, or not end yet. */
function objectEnd(text: string): number | undefined {
  let depth = 0;
  for (const token of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}]|"/gs)) {
    if (text[0] !== '{' || token[0] === '"') return undefined;
    if (token[0] === '{') depth++;
    if (token[0] === '}' && --depth === 0) return token.index + 1;
  }
  return undefined;
}

function sizeOf(text: string): TerminalSize | undefined {
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  // encoding/json matches names in any case, and leaves a missing one at 0.
  const field = (name: string) => Object.entries(value).find(([key]) => key.toLowerCase() === name)?.[1] ?? 0;
  const [width, height] = [field('width'), field('height')];
  if (!isSize(width) || !isSize(height)) return undefined;
  return { width, height };
}

function isSize(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= sizeMax;
}
