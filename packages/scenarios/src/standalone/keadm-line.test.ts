import { describe, expect, it } from 'vitest';
import { keadmConfig } from './keadm-config.ts';
import { readKeadmLine } from './keadm-line.ts';

const FLAGS =
  '--kubeedge-version=1.6.1 --region=zh --cloudcore-ipport=192.168.0.139:10000 --quicport 10001 --certport 10002 ' +
  '--tunnelport 10004 --edgenode-name edge-9 --edgenode-ip 10.66.0.19 --token a.b.c.d';
const PLACE = 'https://kubeedge.pek3b.qingstor.com/bin/v1.6.1/$arch/keadm-v1.6.1-linux-$arch.tar.gz';
const ZH = `arch=$(uname -m); curl -LO ${PLACE}  && tar xvf keadm-v1.6.1-linux-$arch.tar.gz && chmod +x keadm && ./keadm join ${FLAGS}`;
const EN = ZH.replace(';', "; if [ $arch == 'x86_64' ]; then arch='amd64'; fi;").replace('zh', 'en');

const told = {
  'kubeedge-version': '1.6.1',
  region: 'zh',
  'cloudcore-ipport': '192.168.0.139:10000',
  quicport: '10001',
  certport: '10002',
  tunnelport: '10004',
  'edgenode-name': 'edge-9',
  'edgenode-ip': '10.66.0.19',
  token: 'a.b.c.d',
};

describe('a keadm join', () => {
  it('is found in the line that EdgeWatcher hands out', () => {
    expect(readKeadmLine([ZH])).toEqual({ flags: told, isKubesphere: true });
    expect(readKeadmLine([EN]).flags).toEqual({ ...told, region: 'en' });
    expect(readKeadmLine([`${ZH} --with-edge-taint`]).flags).toEqual({ ...told, 'with-edge-taint': 'true' });
    expect(readKeadmLine([`sudo ${ZH} -r docker; echo done`]).flags).toEqual({
      ...told,
      runtimetype: 'docker',
    });
  });

  it('is read word by word, too', () => {
    const words = `./keadm join ${FLAGS}`.split(' ');
    expect(readKeadmLine(words)).toEqual({ flags: told, isKubesphere: true });
    const upstream = ['keadm', 'join', '-e', '10.0.0.1:10000', '-ishop', '-t=a.b.c.d', '--token', "it's"];
    expect(readKeadmLine(upstream)).toEqual({
      flags: { 'cloudcore-ipport': '10.0.0.1:10000', 'edgenode-name': 'shop', token: "it's" },
      isKubesphere: false,
    });
  });

  it.each([
    [['--typo'], 'Looked for "keadm join" in "--typo", found none'],
    [['keadm join --typo'], 'keadm join: unknown flag: --typo. Known are --kubeedge-version,'],
    [['keadm join shop'], 'keadm join: unknown flag: shop'],
    [['keadm join -e 10.0.0.1 --token'], 'flag needs an argument: --token'],
  ])('is refused: %j', (words, message) => {
    expect(() => readKeadmLine(words)).toThrow(message);
  });
});

describe('what keadm writes', () => {
  it.each([
    ["KubeSphere's", 'v1.6.1', [`${ZH.replace('10004', '30004')} -w`], true, 30_004, true],
    ["KubeSphere's", 'v1.7.2', [ZH.replace('10004', '30004')], true, 30_004, false],
    // The port is overwritten, and edgestream left off.
    ["KubeSphere's", 'v1.9.2', [ZH.replace('10004', '30004')], false, 10_004, false],
    ["KubeEdge's", 'v1.6.1', ['keadm join -e 10.0.0.1:10000 -t a.b.c.d'], false, 10_004, false],
  ] as const)('%s of %s', (_whose, release, words, edgeStream, tunnelPort, taint) => {
    const line = readKeadmLine(words);
    const nodeIp = line.flags['edgenode-ip'];
    expect(keadmConfig(release, line)).toEqual({ edgeStream, tunnelPort, nodeIp, taint });
  });
});
