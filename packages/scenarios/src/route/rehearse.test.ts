import { expect, it } from 'vitest';
import { UsageError } from '../usage-error.ts';
import { readEndpoint } from './caller.ts';
import { readIptablesLine } from './rehearse.ts';

it('takes a line of shell apart where calls end, not within quotes', () => {
  expect(
    readIptablesLine(
      `sudo iptables -F && iptables -A OUTPUT -m comment --comment "a; b && \\"c" ;\niptables -L`,
    ),
  ).toEqual([['-F'], ['-A', 'OUTPUT', '-m', 'comment', '--comment', 'a; b && "c'], ['-L']]);
});

it('says what is wrong with a line, or an endpoint', () => {
  expect(() => readIptablesLine(`iptables -A OUTPUT --comment 'a`)).toThrow(UsageError);
  expect(() => readIptablesLine('iptables -F; rm -r x')).toThrow(/Tried to run "rm -r x"/);
  for (const text of ['999.1.1.1:80', '10.0.0.1', '10.0.0.1:0', '10.0.0.1:65536', 'a:1'])
    expect(() => readEndpoint(text)).toThrow(/expected address:port/);
  expect(readEndpoint('10.66.0.11:10350')).toEqual({ address: '10.66.0.11', port: 10_350 });
});
