import type { ServerResponse } from 'node:http';

/** What edged answers: text in lines of one length, as the bodies of the recorded runs had. */
export interface BodyShape {
  name: string;
  lines: number;
  /** Of one line, its line feed included. */
  lineBytes: number;
  /** Requests a second that the real cloudcore and edgecore v1.6.1 passed on, by clients; measured on another machine. */
  realPerSecond: Readonly<Record<number, number>>;
}

export const smallBody: BodyShape = {
  name: '10 KB, 80 lines',
  lines: 80,
  lineBytes: 128,
  realPerSecond: { 1: 1_350, 10: 2_004, 50: 2_277, 200: 1_884 },
};
export const largeBody: BodyShape = {
  name: '206 KB, 1,575 lines',
  lines: 1_575,
  lineBytes: 131,
  realPerSecond: { 1: 86, 10: 117, 50: 137, 200: 142 },
};

/** The lines of a body, each with its line feed. */
export function bodyLines({ lines, lineBytes }: Pick<BodyShape, 'lines' | 'lineBytes'>): Buffer[] {
  return Array.from({ length: lines }, (_, line) => {
    const text = ` "usageCoreNanoSeconds": ${line}, "padding": "`;
    return Buffer.from(`${text.padEnd(lineBytes - 3, 'x')}",\n`);
  });
}

/** The path under which a stub of edged serves a body. */
export const pathOf = ({ lines, lineBytes }: BodyShape) => `/stats/summary?lines=${lines}&bytes=${lineBytes}`;

/** A path of a body in lines of {@link smallBody}'s length that never ends; so does every other with this word. */
export const endlessPath = '/stats/summary?endless';

/** Writes the body of {@link endlessPath} as fast as it is read. */
export function endless(response: ServerResponse): void {
  const chunk = Buffer.concat(bodyLines({ ...smallBody, lines: 512 }));
  const write = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', write);
  write();
}
