// biome-ignore-all format: one entry per line would make a table of a page out of each release.
import type { LogSources } from './release.ts';

// file:line of the log statements of each release, as klog prints them, found mechanically in
// kubeedge/kubeedge cloud/pkg/cloudstream/{streamserver,session,containerexec_connection,containerlog_connection,
// containermetrics_connection,tunnelserver}.go,
// pkg/stream/message.go and (restfulWriteHeader) vendor/github.com/emicklei/go-restful/response.go at every
// tag. A missing name means that the release has no such statement. One table per set of tags that agree in
// all lines.

// tunnelserver.go updateNodeKubeletEndpoint and connect. From v1.12.0 on upgradeRefused is printed only when
// writing the refusal fails, which it does not here.
const nodePort1_9 = {
  getNodeError: 'tunnelserver.go:191', updatePortError: 'tunnelserver.go:198',
  portTimedOut: 'tunnelserver.go:203', portUpdated: 'tunnelserver.go:206',
} as const satisfies LogSources;
const nodePort1_10 = {
  getNodeError: 'tunnelserver.go:200', updatePortError: 'tunnelserver.go:207',
  portTimedOut: 'tunnelserver.go:212', portUpdated: 'tunnelserver.go:215',
  closeConnectSent: 'tunnelserver.go:132', closeConnectError: 'tunnelserver.go:134',
  upgradeFailed: 'tunnelserver.go:116',
} as const satisfies LogSources;
const nodePort1_12 = {
  getNodeError: 'tunnelserver.go:202', updatePortError: 'tunnelserver.go:209',
  portTimedOut: 'tunnelserver.go:214', portUpdated: 'tunnelserver.go:217',
  closeConnectSent: 'tunnelserver.go:134', closeConnectError: 'tunnelserver.go:136',
  upgradeFailed: 'tunnelserver.go:118',
} as const satisfies LogSources;
const nodePort1_21 = {
  getNodeError: 'tunnelserver.go:224', updatePortError: 'tunnelserver.go:231',
  portTimedOut: 'tunnelserver.go:236', portUpdated: 'tunnelserver.go:239',
  closeConnectSent: 'tunnelserver.go:152', closeConnectError: 'tunnelserver.go:154',
  upgradeFailed: 'tunnelserver.go:136',
} as const satisfies LogSources;

// getContainerLogs of streamserver.go, and containerlog_connection.go (v1.3: connection.go).
const logsConnection1_3 = {
  logsEndSuccessful: 'connection.go:115', logsWriteConnectError: 'connection.go:107',
  logsSendInfoError: 'connection.go:120', logsSendRemoveError: 'connection.go:131',
  logsSentRemove: 'connection.go:136', logsEdgePeerDone: 'connection.go:139',
} as const satisfies LogSources;
const logsConnection1_8 = {
  logsEndSuccessful: 'containerlog_connection.go:92', logsWriteConnectError: 'containerlog_connection.go:84',
  logsSendInfoError: 'containerlog_connection.go:97', logsSendRemoveError: 'containerlog_connection.go:108',
  logsSentRemove: 'containerlog_connection.go:113',
} as const satisfies LogSources;
const logsConnection1_4 = {
  ...logsConnection1_8, logsEdgePeerDone: 'containerlog_connection.go:116',
} as const satisfies LogSources;
const logsConnection1_13 = {
  logsEndSuccessful: 'containerlog_connection.go:99', logsWriteConnectError: 'containerlog_connection.go:90',
  logsSendInfoError: 'containerlog_connection.go:104', logsSendRemoveError: 'containerlog_connection.go:115',
  logsSentRemove: 'containerlog_connection.go:120',
} as const satisfies LogSources;

// getExec of streamserver.go, and containerexec_connection.go.
const execConnection1_5 = {
  execWriteConnectError: 'containerexec_connection.go:68', execSendInfoError: 'containerexec_connection.go:81',
  execReadError: 'containerexec_connection.go:109', execWriteError: 'containerexec_connection.go:118',
} as const satisfies LogSources;
const execConnection1_9 = {
  ...execConnection1_5, execSendRemoveError: 'containerexec_connection.go:92',
  execReadError: 'containerexec_connection.go:113', execWriteError: 'containerexec_connection.go:125',
} as const satisfies LogSources;
// getAttach of streamserver.go, and containerattach_connection.go, the same from v1.14.0 to v1.23.1.
const attachConnection1_14 = {
  attachError: 'streamserver.go:300', attachDeletedFrom: 'streamserver.go:354',
  attachWriteConnectError: 'containerattach_connection.go:91', attachSendInfoError: 'containerattach_connection.go:106',
  attachSendRemoveError: 'containerattach_connection.go:117', attachReadError: 'containerattach_connection.go:138',
  attachWriteError: 'containerattach_connection.go:150',
} as const;
const execConnection1_13 = {
  execWriteConnectError: 'containerexec_connection.go:75', execSendInfoError: 'containerexec_connection.go:89',
  execSendRemoveError: 'containerexec_connection.go:100',
  execReadError: 'containerexec_connection.go:121', execWriteError: 'containerexec_connection.go:133',
} as const satisfies LogSources;

/** v1.3.0 */
export const from1_3_0 = {
  ...logsConnection1_3,
  logsError: 'streamserver.go:81', logsAddConnectionError: 'streamserver.go:109', logsDeletedFrom: 'streamserver.go:115',
  prepareStream: 'streamserver.go:145', readerError: 'session.go:66', frameType: 'session.go:70',
  readMessageError: 'session.go:75', proxyError: 'session.go:80', addConnection: 'session.go:121',
  deleteConnection: 'session.go:129', newAgent: 'tunnelserver.go:87', prepareTunnel: 'tunnelserver.go:135',
  receivedMessage: 'message.go:100', restfulWriteHeader: 'response.go:220',
} as const satisfies LogSources;

/** v1.3.1 */
export const from1_3_1 = {
  ...logsConnection1_3,
  logsError: 'streamserver.go:81', logsAddConnectionError: 'streamserver.go:109', logsDeletedFrom: 'streamserver.go:115',
  prepareStream: 'streamserver.go:145', readerError: 'session.go:66', frameType: 'session.go:70',
  readMessageError: 'session.go:75', proxyError: 'session.go:80', addConnection: 'session.go:121',
  deleteConnection: 'session.go:129', newAgent: 'tunnelserver.go:88', prepareTunnel: 'tunnelserver.go:139',
  receivedMessage: 'message.go:100', restfulWriteHeader: 'response.go:220',
} as const satisfies LogSources;

/** v1.4.0 */
export const from1_4_0 = {
  ...logsConnection1_4,
  logsError: 'streamserver.go:95', logsAddConnectionError: 'streamserver.go:123', logsDeletedFrom: 'streamserver.go:129',
  prepareStream: 'streamserver.go:202', metricsError: 'streamserver.go:145',
  addConnectionError: 'streamserver.go:166', deletedFrom: 'streamserver.go:172',
  readerError: 'session.go:66', frameType: 'session.go:70', readMessageError: 'session.go:75',
  proxyError: 'session.go:80', addConnection: 'session.go:121', deleteConnection: 'session.go:129',
  endSuccessful: 'containermetrics_connection.go:92',
  writeConnectError: 'containermetrics_connection.go:84',
  sendInfoError: 'containermetrics_connection.go:97', sendRemoveError: 'containermetrics_connection.go:108',
  sentRemove: 'containermetrics_connection.go:113', edgePeerDone: 'containermetrics_connection.go:116',
  newAgent: 'tunnelserver.go:88', tunnelCa: 'tunnelserver.go:110', tunnelCert: 'tunnelserver.go:122',
  prepareTunnel: 'tunnelserver.go:146', receivedMessage: 'message.go:100',
  restfulWriteHeader: 'response.go:220',
} as const satisfies LogSources;

/** v1.5.0 */
export const from1_5_0 = {
  ...execConnection1_5, execError: 'streamserver.go:194',
  execAddConnectionError: 'streamserver.go:234', execDeletedFrom: 'streamserver.go:240',
  ...logsConnection1_4,
  logsError: 'streamserver.go:101', logsAddConnectionError: 'streamserver.go:129', logsDeletedFrom: 'streamserver.go:135',
  prepareStream: 'streamserver.go:270', metricsError: 'streamserver.go:151',
  addConnectionError: 'streamserver.go:172', deletedFrom: 'streamserver.go:178',
  readerError: 'session.go:66', frameType: 'session.go:70', readMessageError: 'session.go:75',
  proxyError: 'session.go:80', addConnection: 'session.go:121', deleteConnection: 'session.go:129',
  endSuccessful: 'containermetrics_connection.go:93',
  writeConnectError: 'containermetrics_connection.go:85',
  sendInfoError: 'containermetrics_connection.go:98', sendRemoveError: 'containermetrics_connection.go:109',
  sentRemove: 'containermetrics_connection.go:114', edgePeerDone: 'containermetrics_connection.go:117',
  upgradeRefused: 'tunnelserver.go:56', newAgent: 'tunnelserver.go:93', tunnelCa: 'tunnelserver.go:115',
  tunnelCert: 'tunnelserver.go:127', prepareTunnel: 'tunnelserver.go:151',
  receivedMessage: 'message.go:100', restfulWriteHeader: 'response.go:220',
} as const satisfies LogSources;

/** v1.6.0 … v1.6.2 (3 tags) */
export const from1_6_0 = {
  ...execConnection1_5, execError: 'streamserver.go:207',
  execAddConnectionError: 'streamserver.go:247', execDeletedFrom: 'streamserver.go:253',
  ...logsConnection1_4,
  logsError: 'streamserver.go:106', logsAddConnectionError: 'streamserver.go:134', logsDeletedFrom: 'streamserver.go:140',
  prepareStream: 'streamserver.go:283', metricsError: 'streamserver.go:156',
  addConnectionError: 'streamserver.go:185', deletedFrom: 'streamserver.go:191',
  readerError: 'session.go:68', frameType: 'session.go:72', readMessageError: 'session.go:77',
  proxyError: 'session.go:82', addConnection: 'session.go:125', deleteConnection: 'session.go:133',
  endSuccessful: 'containermetrics_connection.go:93',
  writeConnectError: 'containermetrics_connection.go:85',
  sendInfoError: 'containermetrics_connection.go:98', sendRemoveError: 'containermetrics_connection.go:109',
  sentRemove: 'containermetrics_connection.go:114', edgePeerDone: 'containermetrics_connection.go:117',
  upgradeRefused: 'tunnelserver.go:56', newAgent: 'tunnelserver.go:105', tunnelCa: 'tunnelserver.go:128',
  tunnelCert: 'tunnelserver.go:140', prepareTunnel: 'tunnelserver.go:164',
  receivedMessage: 'message.go:100', restfulWriteHeader: 'response.go:220',
} as const satisfies LogSources;

/** v1.7.0 … v1.7.2 (3 tags) */
export const from1_7_0 = {
  ...execConnection1_5, execError: 'streamserver.go:204',
  execAddConnectionError: 'streamserver.go:244', execDeletedFrom: 'streamserver.go:250',
  ...logsConnection1_4,
  logsError: 'streamserver.go:105', logsAddConnectionError: 'streamserver.go:133', logsDeletedFrom: 'streamserver.go:139',
  prepareStream: 'streamserver.go:280', metricsError: 'streamserver.go:154',
  addConnectionError: 'streamserver.go:183', deletedFrom: 'streamserver.go:189',
  readerError: 'session.go:68', frameType: 'session.go:72', readMessageError: 'session.go:77',
  proxyError: 'session.go:82', addConnection: 'session.go:125', deleteConnection: 'session.go:133',
  endSuccessful: 'containermetrics_connection.go:93',
  writeConnectError: 'containermetrics_connection.go:85',
  sendInfoError: 'containermetrics_connection.go:98', sendRemoveError: 'containermetrics_connection.go:109',
  sentRemove: 'containermetrics_connection.go:114', edgePeerDone: 'containermetrics_connection.go:117',
  upgradeRefused: 'tunnelserver.go:57', newAgent: 'tunnelserver.go:110', tunnelCa: 'tunnelserver.go:133',
  tunnelCert: 'tunnelserver.go:145', prepareTunnel: 'tunnelserver.go:169', receivedMessage: 'message.go:96',
  restfulWriteHeader: 'response.go:220',
} as const satisfies LogSources;

/** v1.8.0 … v1.8.1 (2 tags) */
export const from1_8_0 = {
  ...execConnection1_5, execError: 'streamserver.go:208',
  execAddConnectionError: 'streamserver.go:248', execDeletedFrom: 'streamserver.go:255',
  ...logsConnection1_8,
  logsError: 'streamserver.go:105', logsAddConnectionError: 'streamserver.go:133', logsDeletedFrom: 'streamserver.go:140',
  prepareStream: 'streamserver.go:286', metricsError: 'streamserver.go:156',
  addConnectionError: 'streamserver.go:185', deletedFrom: 'streamserver.go:192',
  readerError: 'session.go:68', frameType: 'session.go:72', readMessageError: 'session.go:77',
  proxyError: 'session.go:82', addConnection: 'session.go:125', deleteConnection: 'session.go:133',
  endSuccessful: 'containermetrics_connection.go:93',
  writeConnectError: 'containermetrics_connection.go:85',
  sendInfoError: 'containermetrics_connection.go:98', sendRemoveError: 'containermetrics_connection.go:109',
  sentRemove: 'containermetrics_connection.go:114', upgradeRefused: 'tunnelserver.go:57',
  newAgent: 'tunnelserver.go:110', tunnelCa: 'tunnelserver.go:133', tunnelCert: 'tunnelserver.go:145',
  prepareTunnel: 'tunnelserver.go:169', receivedMessage: 'message.go:96',
  restfulWriteHeader: 'response.go:220',
} as const satisfies LogSources;

/** v1.8.2 */
export const from1_8_2 = {
  ...execConnection1_5, execError: 'streamserver.go:227',
  execAddConnectionError: 'streamserver.go:267', execDeletedFrom: 'streamserver.go:274',
  ...logsConnection1_8,
  logsError: 'streamserver.go:108', logsAddConnectionError: 'streamserver.go:152', logsDeletedFrom: 'streamserver.go:159', logsPodError: 'streamserver.go:125',
  prepareStream: 'streamserver.go:305', metricsError: 'streamserver.go:175',
  addConnectionError: 'streamserver.go:204', deletedFrom: 'streamserver.go:211',
  readerError: 'session.go:68', frameType: 'session.go:72', readMessageError: 'session.go:77',
  proxyError: 'session.go:82', addConnection: 'session.go:125', deleteConnection: 'session.go:133',
  endSuccessful: 'containermetrics_connection.go:93',
  writeConnectError: 'containermetrics_connection.go:85',
  sendInfoError: 'containermetrics_connection.go:98', sendRemoveError: 'containermetrics_connection.go:109',
  sentRemove: 'containermetrics_connection.go:114', upgradeRefused: 'tunnelserver.go:57',
  newAgent: 'tunnelserver.go:110', tunnelCa: 'tunnelserver.go:133', tunnelCert: 'tunnelserver.go:145',
  prepareTunnel: 'tunnelserver.go:169', receivedMessage: 'message.go:96',
  restfulWriteHeader: 'response.go:220',
} as const satisfies LogSources;

/** v1.9.0 … v1.9.3 (4 tags) */
export const from1_9_0 = {
  ...nodePort1_9,
  ...execConnection1_9, execError: 'streamserver.go:227',
  execAddConnectionError: 'streamserver.go:267', execDeletedFrom: 'streamserver.go:274',
  ...logsConnection1_8,
  logsError: 'streamserver.go:108', logsAddConnectionError: 'streamserver.go:152', logsDeletedFrom: 'streamserver.go:159', logsPodError: 'streamserver.go:125',
  prepareStream: 'streamserver.go:305', metricsError: 'streamserver.go:175',
  addConnectionError: 'streamserver.go:204', deletedFrom: 'streamserver.go:211',
  readerError: 'session.go:68', frameType: 'session.go:72', readMessageError: 'session.go:77',
  proxyError: 'session.go:82', addConnection: 'session.go:125', deleteConnection: 'session.go:133',
  endSuccessful: 'containermetrics_connection.go:93',
  writeConnectError: 'containermetrics_connection.go:85',
  sendInfoError: 'containermetrics_connection.go:98', sendRemoveError: 'containermetrics_connection.go:109',
  sentRemove: 'containermetrics_connection.go:114', upgradeRefused: 'tunnelserver.go:70',
  newAgent: 'tunnelserver.go:119', tunnelCa: 'tunnelserver.go:143', tunnelCert: 'tunnelserver.go:155',
  prepareTunnel: 'tunnelserver.go:179', receivedMessage: 'message.go:96',
  restfulWriteHeader: 'response.go:220',
} as const satisfies LogSources;

/** v1.9.4 … v1.9.5 (2 tags) */
export const from1_9_4 = {
  ...nodePort1_9,
  ...execConnection1_9, execError: 'streamserver.go:227',
  execAddConnectionError: 'streamserver.go:267', execDeletedFrom: 'streamserver.go:274',
  ...logsConnection1_8,
  logsError: 'streamserver.go:108', logsAddConnectionError: 'streamserver.go:152', logsDeletedFrom: 'streamserver.go:159', logsPodError: 'streamserver.go:125',
  prepareStream: 'streamserver.go:305', metricsError: 'streamserver.go:175',
  addConnectionError: 'streamserver.go:204', deletedFrom: 'streamserver.go:211',
  readerError: 'session.go:68', frameType: 'session.go:72', readMessageError: 'session.go:77',
  proxyError: 'session.go:82', addConnection: 'session.go:125', deleteConnection: 'session.go:133',
  endSuccessful: 'containermetrics_connection.go:93',
  writeConnectError: 'containermetrics_connection.go:85',
  sendInfoError: 'containermetrics_connection.go:98', sendRemoveError: 'containermetrics_connection.go:109',
  sentRemove: 'containermetrics_connection.go:114', upgradeRefused: 'tunnelserver.go:70',
  newAgent: 'tunnelserver.go:119', tunnelCa: 'tunnelserver.go:143', tunnelCert: 'tunnelserver.go:155',
  prepareTunnel: 'tunnelserver.go:179', receivedMessage: 'message.go:97',
  restfulWriteHeader: 'response.go:220',
} as const satisfies LogSources;

/** v1.10.0 … v1.10.1 (2 tags) */
export const from1_10_0 = {
  ...nodePort1_10,
  ...execConnection1_9, execError: 'streamserver.go:216',
  execAddConnectionError: 'streamserver.go:260', execDeletedFrom: 'streamserver.go:267',
  ...logsConnection1_8,
  logsError: 'streamserver.go:108', logsAddConnectionError: 'streamserver.go:141', logsDeletedFrom: 'streamserver.go:148',
  prepareStream: 'streamserver.go:319', metricsError: 'streamserver.go:164',
  addConnectionError: 'streamserver.go:193', deletedFrom: 'streamserver.go:200',
  readerError: 'session.go:68', frameType: 'session.go:72', readMessageError: 'session.go:77',
  proxyError: 'session.go:82', addConnection: 'session.go:125', deleteConnection: 'session.go:133',
  endSuccessful: 'containermetrics_connection.go:93',
  writeConnectError: 'containermetrics_connection.go:85',
  sendInfoError: 'containermetrics_connection.go:98', sendRemoveError: 'containermetrics_connection.go:109',
  sentRemove: 'containermetrics_connection.go:114', upgradeRefused: 'tunnelserver.go:69',
  newAgent: 'tunnelserver.go:119', tunnelCa: 'tunnelserver.go:152', tunnelCert: 'tunnelserver.go:164',
  prepareTunnel: 'tunnelserver.go:188', receivedMessage: 'message.go:96',
  restfulWriteHeader: 'response.go:220',
} as const satisfies LogSources;

/** v1.10.2 … v1.10.3 (2 tags) */
export const from1_10_2 = {
  ...nodePort1_10,
  ...execConnection1_9, execError: 'streamserver.go:216',
  execAddConnectionError: 'streamserver.go:260', execDeletedFrom: 'streamserver.go:267',
  ...logsConnection1_8,
  logsError: 'streamserver.go:108', logsAddConnectionError: 'streamserver.go:141', logsDeletedFrom: 'streamserver.go:148',
  prepareStream: 'streamserver.go:319', metricsError: 'streamserver.go:164',
  addConnectionError: 'streamserver.go:193', deletedFrom: 'streamserver.go:200',
  readerError: 'session.go:68', frameType: 'session.go:72', readMessageError: 'session.go:77',
  proxyError: 'session.go:82', addConnection: 'session.go:125', deleteConnection: 'session.go:133',
  endSuccessful: 'containermetrics_connection.go:93',
  writeConnectError: 'containermetrics_connection.go:85',
  sendInfoError: 'containermetrics_connection.go:98', sendRemoveError: 'containermetrics_connection.go:109',
  sentRemove: 'containermetrics_connection.go:114', upgradeRefused: 'tunnelserver.go:69',
  newAgent: 'tunnelserver.go:119', tunnelCa: 'tunnelserver.go:152', tunnelCert: 'tunnelserver.go:164',
  prepareTunnel: 'tunnelserver.go:188', receivedMessage: 'message.go:98',
  restfulWriteHeader: 'response.go:220',
} as const satisfies LogSources;

/** v1.11.0 */
export const from1_11_0 = {
  ...nodePort1_10,
  ...execConnection1_9, execError: 'streamserver.go:216',
  execAddConnectionError: 'streamserver.go:260', execDeletedFrom: 'streamserver.go:267',
  ...logsConnection1_8,
  logsError: 'streamserver.go:108', logsAddConnectionError: 'streamserver.go:141', logsDeletedFrom: 'streamserver.go:148',
  prepareStream: 'streamserver.go:320', metricsError: 'streamserver.go:164',
  addConnectionError: 'streamserver.go:193', deletedFrom: 'streamserver.go:200',
  readerError: 'session.go:68', frameType: 'session.go:72', readMessageError: 'session.go:77',
  proxyError: 'session.go:82', addConnection: 'session.go:125', deleteConnection: 'session.go:133',
  endSuccessful: 'containermetrics_connection.go:93',
  writeConnectError: 'containermetrics_connection.go:85',
  sendInfoError: 'containermetrics_connection.go:98', sendRemoveError: 'containermetrics_connection.go:109',
  sentRemove: 'containermetrics_connection.go:114', upgradeRefused: 'tunnelserver.go:69',
  newAgent: 'tunnelserver.go:119', tunnelCa: 'tunnelserver.go:152', tunnelCert: 'tunnelserver.go:164',
  prepareTunnel: 'tunnelserver.go:188', receivedMessage: 'message.go:87',
  restfulWriteHeader: 'response.go:220',
} as const satisfies LogSources;

/** v1.11.1 … v1.11.3 (3 tags) */
export const from1_11_1 = {
  ...nodePort1_10,
  ...execConnection1_9, execError: 'streamserver.go:216',
  execAddConnectionError: 'streamserver.go:260', execDeletedFrom: 'streamserver.go:267',
  ...logsConnection1_8,
  logsError: 'streamserver.go:108', logsAddConnectionError: 'streamserver.go:141', logsDeletedFrom: 'streamserver.go:148',
  prepareStream: 'streamserver.go:320', metricsError: 'streamserver.go:164',
  addConnectionError: 'streamserver.go:193', deletedFrom: 'streamserver.go:200',
  readerError: 'session.go:68', frameType: 'session.go:72', readMessageError: 'session.go:77',
  proxyError: 'session.go:82', addConnection: 'session.go:125', deleteConnection: 'session.go:133',
  endSuccessful: 'containermetrics_connection.go:93',
  writeConnectError: 'containermetrics_connection.go:85',
  sendInfoError: 'containermetrics_connection.go:98', sendRemoveError: 'containermetrics_connection.go:109',
  sentRemove: 'containermetrics_connection.go:114', upgradeRefused: 'tunnelserver.go:69',
  newAgent: 'tunnelserver.go:119', tunnelCa: 'tunnelserver.go:152', tunnelCert: 'tunnelserver.go:164',
  prepareTunnel: 'tunnelserver.go:188', receivedMessage: 'message.go:89',
  restfulWriteHeader: 'response.go:220',
} as const satisfies LogSources;

/** v1.12.0 … v1.12.7 (8 tags) */
export const from1_12_0 = {
  ...nodePort1_12,
  ...execConnection1_9, execError: 'streamserver.go:216',
  execDeletedFrom: 'streamserver.go:267',
  ...logsConnection1_8,
  logsError: 'streamserver.go:108', logsDeletedFrom: 'streamserver.go:148',
  prepareStream: 'streamserver.go:320', metricsError: 'streamserver.go:164',
  deletedFrom: 'streamserver.go:200', readerError: 'session.go:68', frameType: 'session.go:72',
  readMessageError: 'session.go:77', proxyError: 'session.go:82', addConnection: 'session.go:125',
  deleteConnection: 'session.go:136', endSuccessful: 'containermetrics_connection.go:93',
  writeConnectError: 'containermetrics_connection.go:85',
  sendInfoError: 'containermetrics_connection.go:98', sendRemoveError: 'containermetrics_connection.go:109',
  sentRemove: 'containermetrics_connection.go:114',
  newAgent: 'tunnelserver.go:121', tunnelCa: 'tunnelserver.go:154', tunnelCert: 'tunnelserver.go:166',
  prepareTunnel: 'tunnelserver.go:190', receivedMessage: 'message.go:89',
  restfulWriteHeader: 'response.go:220',
} as const satisfies LogSources;

/** v1.13.0 … v1.13.5 (6 tags) */
export const from1_13_0 = {
  monitor: 'monitor.go:98',
  ...nodePort1_12,
  ...execConnection1_13, execError: 'streamserver.go:218',
  execDeletedFrom: 'streamserver.go:272',
  ...logsConnection1_13,
  logsError: 'streamserver.go:108', logsDeletedFrom: 'streamserver.go:149',
  prepareStream: 'streamserver.go:325', metricsError: 'streamserver.go:165',
  deletedFrom: 'streamserver.go:202', readerError: 'session.go:68', frameType: 'session.go:72',
  readMessageError: 'session.go:77', proxyError: 'session.go:82', addConnection: 'session.go:128',
  deleteConnection: 'session.go:139', endSuccessful: 'containermetrics_connection.go:100',
  writeConnectError: 'containermetrics_connection.go:91',
  sendInfoError: 'containermetrics_connection.go:105',
  sendRemoveError: 'containermetrics_connection.go:116', sentRemove: 'containermetrics_connection.go:121',
  newAgent: 'tunnelserver.go:121', tunnelCa: 'tunnelserver.go:154',
  tunnelCert: 'tunnelserver.go:166', prepareTunnel: 'tunnelserver.go:190', receivedMessage: 'message.go:89',
  restfulWriteHeader: 'response.go:220',
} as const satisfies LogSources;

/** v1.14.0 … v1.14.5 (6 tags) */
export const from1_14_0 = {
  monitor: 'monitor.go:98',
  ...nodePort1_12,
  ...execConnection1_13, ...attachConnection1_14, execError: 'streamserver.go:230',
  execDeletedFrom: 'streamserver.go:284',
  ...logsConnection1_13,
  logsError: 'streamserver.go:120', logsDeletedFrom: 'streamserver.go:161',
  prepareStream: 'streamserver.go:407', metricsError: 'streamserver.go:177',
  deletedFrom: 'streamserver.go:214', readerError: 'session.go:68', frameType: 'session.go:72',
  readMessageError: 'session.go:77', proxyError: 'session.go:82', addConnection: 'session.go:128',
  deleteConnection: 'session.go:139', endSuccessful: 'containermetrics_connection.go:100',
  writeConnectError: 'containermetrics_connection.go:91',
  sendInfoError: 'containermetrics_connection.go:105',
  sendRemoveError: 'containermetrics_connection.go:116', sentRemove: 'containermetrics_connection.go:121',
  newAgent: 'tunnelserver.go:121', tunnelCa: 'tunnelserver.go:154',
  tunnelCert: 'tunnelserver.go:166', prepareTunnel: 'tunnelserver.go:190', receivedMessage: 'message.go:91',
  restfulWriteHeader: 'response.go:220',
} as const satisfies LogSources;

/** v1.15.0 … v1.20.0 (26 tags) */
export const from1_15_0 = {
  monitor: 'monitor.go:98',
  ...nodePort1_12,
  ...execConnection1_13, ...attachConnection1_14, execError: 'streamserver.go:230',
  execDeletedFrom: 'streamserver.go:284',
  ...logsConnection1_13,
  logsError: 'streamserver.go:120', logsDeletedFrom: 'streamserver.go:161',
  prepareStream: 'streamserver.go:407', metricsError: 'streamserver.go:177',
  deletedFrom: 'streamserver.go:214', readerError: 'session.go:68', frameType: 'session.go:72',
  readMessageError: 'session.go:77', proxyError: 'session.go:82', addConnection: 'session.go:128',
  deleteConnection: 'session.go:139', endSuccessful: 'containermetrics_connection.go:100',
  writeConnectError: 'containermetrics_connection.go:91',
  sendInfoError: 'containermetrics_connection.go:105',
  sendRemoveError: 'containermetrics_connection.go:116', sentRemove: 'containermetrics_connection.go:121',
  newAgent: 'tunnelserver.go:121', tunnelCa: 'tunnelserver.go:154',
  tunnelCert: 'tunnelserver.go:166', prepareTunnel: 'tunnelserver.go:190', receivedMessage: 'message.go:91',
  restfulWriteHeader: 'response.go:221',
} as const satisfies LogSources;

/** v1.21.0 … v1.23.1 (8 tags) */
export const from1_21_0 = {
  monitor: 'monitor.go:98',
  ...nodePort1_21,
  ...execConnection1_13, ...attachConnection1_14, execError: 'streamserver.go:230',
  execDeletedFrom: 'streamserver.go:284',
  ...logsConnection1_13,
  logsError: 'streamserver.go:120', logsDeletedFrom: 'streamserver.go:161',
  prepareStream: 'streamserver.go:407', metricsError: 'streamserver.go:177',
  deletedFrom: 'streamserver.go:214', readerError: 'session.go:68', frameType: 'session.go:72',
  readMessageError: 'session.go:77', proxyError: 'session.go:82', addConnection: 'session.go:128',
  deleteConnection: 'session.go:139', endSuccessful: 'containermetrics_connection.go:100',
  writeConnectError: 'containermetrics_connection.go:91',
  sendInfoError: 'containermetrics_connection.go:105',
  sendRemoveError: 'containermetrics_connection.go:116', sentRemove: 'containermetrics_connection.go:121',
  newAgent: 'tunnelserver.go:139', tunnelCa: 'tunnelserver.go:172',
  tunnelCert: 'tunnelserver.go:184', prepareTunnel: 'tunnelserver.go:208', receivedMessage: 'message.go:91',
  restfulWriteHeader: 'response.go:221',
} as const satisfies LogSources;
