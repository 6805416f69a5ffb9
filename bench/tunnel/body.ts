/** What edged answers: text in lines of one length, as the bodies of the recorded runs had. */
export interface BodyShape {
  name: string;
  lines: number;
  /** Of one line, its line feed included. */
  lineBytes: number;
}

export const smallBody: BodyShape = { name: '10 KB, 80 lines', lines: 80, lineBytes: 128 };
export const largeBody: BodyShape = { name: '206 KB, 1,575 lines', lines: 1_575, lineBytes: 131 };

/** The lines of a body, each with its line feed. */
export function bodyLines({ lines, lineBytes }: BodyShape): Buffer[] {
  return Array.from({ length: lines }, (_, line) => {
    const text = ` "usageCoreNanoSeconds": ${line}, "padding": "`;
    return Buffer.from(`${text.padEnd(lineBytes - 3, 'x')}",\n`);
  });
}

/** The path under which a stub of edged serves a body. */
export const pathOf = ({ lines, lineBytes }: BodyShape) => `/stats/summary?lines=${lines}&bytes=${lineBytes}`;
