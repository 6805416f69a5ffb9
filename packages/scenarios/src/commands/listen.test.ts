import { expect, it } from 'vitest';
import { warnOfListening, whatACloudShows } from './listen.ts';

function warning(address: string | undefined): string {
  let error = '';
  const io = {
    out: () => {},
    error: (text: string) => {
      error += text;
    },
    colour: false,
    columns: 80,
  };
  warnOfListening(io, address, { ports: [6443, 7351], what: 'read it' });
  return error;
}

it('warns of addresses that other machines can reach, and of no others', () => {
  for (const address of [undefined, '127.0.0.1', '127.55.3.9', '::1', 'localhost'])
    expect(warning(address)).toBe('');
  for (const address of ['0.0.0.0', '10.0.0.2'])
    expect(warning(address)).toBe(
      `Warning: listening on ${address}, ports 6443, 7351: whoever reaches this machine can read it.\n`,
    );
});

it('says of a cloud that its stream server asks nobody who they are', () => {
  expect(whatACloudShows).toMatch(
    /10003 needs no client certificate \(a weakness of the real cloudcore, too\)/,
  );
});
