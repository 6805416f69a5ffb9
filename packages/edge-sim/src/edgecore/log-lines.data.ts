// Where edgestream prints its lines: file and line of kubeedge v1.6.1, and those of a release where they differ. Read at
// every tag, by the texts of the statements: edge/pkg/edgestream/tunnel.go, edgestream.go,
// pkg/stream/edgedmetricsconnection.go, edgedlogconnection.go (v1.3: connection.go), edgedexecconnection.go.

const tunnel1_3_0 = {
  'tunnel.go:94': 'tunnel.go:67',
  'tunnel.go:150': 'tunnel.go:119',
  'tunnel.go:158': 'tunnel.go:127',
  'tunnel.go:164': 'tunnel.go:133',
};
const edgestream1_3_0 = {
  'edgestream.go:95': 'edgestream.go:99',
  'edgestream.go:102': 'edgestream.go:105',
  'edgestream.go:114': 'edgestream.go:117',
};
const logs1_3_0 = {
  'edgedlogconnection.go:68': 'connection.go:76',
  'edgedlogconnection.go:78': 'connection.go:86',
  'edgedlogconnection.go:89': 'connection.go:97',
  'edgedlogconnection.go:99': 'connection.go:107',
  'edgedlogconnection.go:119': 'connection.go:115',
  'edgedlogconnection.go:122': 'connection.go:118',
};
const edgestream1_3_1 = {
  'edgestream.go:95': 'edgestream.go:100',
  'edgestream.go:102': 'edgestream.go:107',
  'edgestream.go:114': 'edgestream.go:119',
};
const tunnel1_4_0 = {
  'tunnel.go:82': 'tunnel.go:68',
  'tunnel.go:94': 'tunnel.go:80',
  'tunnel.go:102': 'tunnel.go:86',
  'tunnel.go:150': 'tunnel.go:134',
  'tunnel.go:158': 'tunnel.go:142',
  'tunnel.go:164': 'tunnel.go:148',
};
const metrics1_4_0 = {
  'edgedmetricsconnection.go:73': 'edgedmetricsconnection.go:67',
  'edgedmetricsconnection.go:83': 'edgedmetricsconnection.go:77',
  'edgedmetricsconnection.go:94': 'edgedmetricsconnection.go:88',
  'edgedmetricsconnection.go:104': 'edgedmetricsconnection.go:98',
  'edgedmetricsconnection.go:112': 'edgedmetricsconnection.go:106',
  'edgedmetricsconnection.go:115': 'edgedmetricsconnection.go:109',
};
const logs1_4_0 = {
  'edgedlogconnection.go:68': 'edgedlogconnection.go:67',
  'edgedlogconnection.go:78': 'edgedlogconnection.go:77',
  'edgedlogconnection.go:89': 'edgedlogconnection.go:88',
  'edgedlogconnection.go:99': 'edgedlogconnection.go:98',
  'edgedlogconnection.go:119': 'edgedlogconnection.go:106',
  'edgedlogconnection.go:122': 'edgedlogconnection.go:109',
};
const exec1_5_0 = {
  'edgedexecconnection.go:61': 'edgedexecconnection.go:60',
  'edgedexecconnection.go:79': 'edgedexecconnection.go:78',
  'edgedexecconnection.go:89': 'edgedexecconnection.go:88',
  'edgedexecconnection.go:108': 'edgedexecconnection.go:107',
};
const edgestream1_7_0 = {
  'edgestream.go:114': 'edgestream.go:117',
};
const metrics1_7_0 = {
  'edgedmetricsconnection.go:83': 'edgedmetricsconnection.go:85',
  'edgedmetricsconnection.go:94': 'edgedmetricsconnection.go:95',
  'edgedmetricsconnection.go:104': 'edgedmetricsconnection.go:119',
  'edgedmetricsconnection.go:112': 'edgedmetricsconnection.go:111',
  'edgedmetricsconnection.go:115': 'edgedmetricsconnection.go:114',
};
const logs1_7_0 = {
  'edgedlogconnection.go:78': 'edgedlogconnection.go:80',
  'edgedlogconnection.go:89': 'edgedlogconnection.go:90',
  'edgedlogconnection.go:99': 'edgedlogconnection.go:122',
  'edgedlogconnection.go:108': 'edgedlogconnection.go:105',
  'edgedlogconnection.go:119': 'edgedlogconnection.go:114',
  'edgedlogconnection.go:122': 'edgedlogconnection.go:117',
};
const exec1_7_0 = {
  'edgedexecconnection.go:79': 'edgedexecconnection.go:80',
  'edgedexecconnection.go:89': 'edgedexecconnection.go:90',
  'edgedexecconnection.go:108': 'edgedexecconnection.go:105',
};
const edgestream1_9_0 = {
  'edgestream.go:95': 'edgestream.go:101',
  'edgestream.go:102': 'edgestream.go:108',
  'edgestream.go:114': 'edgestream.go:120',
};
const edgestream1_12_3 = {
  'edgestream.go:95': 'edgestream.go:118',
  'edgestream.go:102': 'edgestream.go:125',
  'edgestream.go:114': 'edgestream.go:137',
};
const tunnel1_13_0 = {
  'tunnel.go:55': 'tunnel.go:56',
  'tunnel.go:68': 'tunnel.go:70',
  'tunnel.go:82': 'tunnel.go:85',
  'tunnel.go:94': 'tunnel.go:97',
  'tunnel.go:98': 'tunnel.go:101',
  'tunnel.go:102': 'tunnel.go:105',
  'tunnel.go:150': 'tunnel.go:153',
  'tunnel.go:158': 'tunnel.go:161',
  'tunnel.go:164': 'tunnel.go:167',
};
const metrics1_13_0 = {
  'edgedmetricsconnection.go:73': 'edgedmetricsconnection.go:115',
  'edgedmetricsconnection.go:83': 'edgedmetricsconnection.go:74',
  'edgedmetricsconnection.go:94': 'edgedmetricsconnection.go:126',
  'edgedmetricsconnection.go:104': 'edgedmetricsconnection.go:136',
  'edgedmetricsconnection.go:112': 'edgedmetricsconnection.go:91',
  'edgedmetricsconnection.go:115': 'edgedmetricsconnection.go:94',
};
const logs1_13_0 = {
  'edgedlogconnection.go:68': 'edgedlogconnection.go:119',
  'edgedlogconnection.go:78': 'edgedlogconnection.go:76',
  'edgedlogconnection.go:89': 'edgedlogconnection.go:131',
  'edgedlogconnection.go:99': 'edgedlogconnection.go:141',
  'edgedlogconnection.go:108': 'edgedlogconnection.go:92',
  'edgedlogconnection.go:119': 'edgedlogconnection.go:101',
  'edgedlogconnection.go:122': 'edgedlogconnection.go:104',
};
const exec1_13_0 = {
  'edgedexecconnection.go:61': 'edgedexecconnection.go:115',
  'edgedexecconnection.go:79': 'edgedexecconnection.go:76',
  'edgedexecconnection.go:89': 'edgedexecconnection.go:126',
  'edgedexecconnection.go:108': 'edgedexecconnection.go:93',
};
const tunnel1_14_0 = {
  'tunnel.go:55': 'tunnel.go:56',
  'tunnel.go:68': 'tunnel.go:70',
  'tunnel.go:82': 'tunnel.go:100',
  'tunnel.go:94': 'tunnel.go:112',
  'tunnel.go:98': 'tunnel.go:116',
  'tunnel.go:102': 'tunnel.go:120',
  'tunnel.go:150': 'tunnel.go:172',
  'tunnel.go:158': 'tunnel.go:180',
  'tunnel.go:164': 'tunnel.go:186',
};
const edgestream1_15_3 = {
  'edgestream.go:95': 'edgestream.go:103',
  'edgestream.go:102': 'edgestream.go:110',
  'edgestream.go:114': 'edgestream.go:136',
};
const exec1_18_0 = {
  'edgedexecconnection.go:61': 'edgedexecconnection.go:118',
  'edgedexecconnection.go:79': 'edgedexecconnection.go:76',
  'edgedexecconnection.go:89': 'edgedexecconnection.go:129',
  'edgedexecconnection.go:108': 'edgedexecconnection.go:93',
};
const edgestream1_22_0 = {
  'edgestream.go:95': 'edgestream.go:114',
  'edgestream.go:102': 'edgestream.go:121',
  'edgestream.go:114': 'edgestream.go:147',
};

export const sameLines = {};
export const lines1_3_0 = { ...tunnel1_3_0, ...edgestream1_3_0, ...logs1_3_0 };
export const lines1_3_1 = { ...tunnel1_3_0, ...edgestream1_3_1, ...logs1_3_0 };
export const lines1_4_0 = { ...tunnel1_4_0, ...edgestream1_3_1, ...metrics1_4_0, ...logs1_4_0 };
export const lines1_5_0 = { ...edgestream1_3_1, ...exec1_5_0 };
export const lines1_7_0 = { ...edgestream1_7_0, ...metrics1_7_0, ...logs1_7_0, ...exec1_7_0 };
export const lines1_9_0 = { ...edgestream1_9_0, ...metrics1_7_0, ...logs1_7_0, ...exec1_7_0 };
export const lines1_12_3 = { ...edgestream1_12_3, ...metrics1_7_0, ...logs1_7_0, ...exec1_7_0 };
export const lines1_13_0 = {
  ...tunnel1_13_0,
  ...edgestream1_9_0,
  ...metrics1_13_0,
  ...logs1_13_0,
  ...exec1_13_0,
};
export const lines1_13_1 = {
  ...tunnel1_13_0,
  ...edgestream1_12_3,
  ...metrics1_13_0,
  ...logs1_13_0,
  ...exec1_13_0,
};
export const lines1_14_0 = {
  ...tunnel1_14_0,
  ...edgestream1_9_0,
  ...metrics1_13_0,
  ...logs1_13_0,
  ...exec1_13_0,
};
export const lines1_14_1 = {
  ...tunnel1_14_0,
  ...edgestream1_12_3,
  ...metrics1_13_0,
  ...logs1_13_0,
  ...exec1_13_0,
};
export const lines1_15_3 = {
  ...tunnel1_14_0,
  ...edgestream1_15_3,
  ...metrics1_13_0,
  ...logs1_13_0,
  ...exec1_13_0,
};
export const lines1_18_0 = {
  ...tunnel1_14_0,
  ...edgestream1_15_3,
  ...metrics1_13_0,
  ...logs1_13_0,
  ...exec1_18_0,
};
export const lines1_22_0 = {
  ...tunnel1_14_0,
  ...edgestream1_22_0,
  ...metrics1_13_0,
  ...logs1_13_0,
  ...exec1_18_0,
};
