import type { EngineLine } from '../engine-line.ts';
import { engineLine1_13 } from './docker-1.13.data.ts';
import { engineLine17_03 } from './docker-17.03.data.ts';
import { engineLine17_04 } from './docker-17.04.data.ts';
import { engineLine17_05 } from './docker-17.05.data.ts';
import { engineLine17_06 } from './docker-17.06.data.ts';
import { engineLine17_07 } from './docker-17.07.data.ts';
import { engineLine17_09 } from './docker-17.09.data.ts';
import { engineLine17_10 } from './docker-17.10.data.ts';
import { engineLine17_11 } from './docker-17.11.data.ts';
import { engineLine17_12 } from './docker-17.12.data.ts';
import { engineLine18_01 } from './docker-18.01.data.ts';
import { engineLine18_02 } from './docker-18.02.data.ts';
import { engineLine18_03 } from './docker-18.03.data.ts';
import { engineLine18_04 } from './docker-18.04.data.ts';
import { engineLine18_05 } from './docker-18.05.data.ts';
import { engineLine18_06 } from './docker-18.06.data.ts';
import { engineLine18_09 } from './docker-18.09.data.ts';
import { engineLine19_03 } from './docker-19.03.data.ts';
import { engineLine20_10 } from './docker-20.10.data.ts';
import { engineLine23_0 } from './docker-23.0.data.ts';
import { engineLine24_0 } from './docker-24.0.data.ts';
import { engineLine25_0 } from './docker-25.0.data.ts';
import { engineLine26_0 } from './docker-26.0.data.ts';
import { engineLine26_1 } from './docker-26.1.data.ts';
import { engineLine27_0 } from './docker-27.0.data.ts';
import { engineLine27_1 } from './docker-27.1.data.ts';
import { engineLine27_2 } from './docker-27.2.data.ts';
import { engineLine27_3 } from './docker-27.3.data.ts';
import { engineLine27_4 } from './docker-27.4.data.ts';
import { engineLine27_5 } from './docker-27.5.data.ts';
import { engineLine28_0 } from './docker-28.0.data.ts';
import { engineLine28_1 } from './docker-28.1.data.ts';
import { engineLine28_2 } from './docker-28.2.data.ts';
import { engineLine28_3 } from './docker-28.3.data.ts';
import { engineLine28_4 } from './docker-28.4.data.ts';
import { engineLine28_5 } from './docker-28.5.data.ts';
import { engineLine29_0 } from './docker-29.0.data.ts';
import { engineLine29_1 } from './docker-29.1.data.ts';
import { engineLine29_2 } from './docker-29.2.data.ts';
import { engineLine29_3 } from './docker-29.3.data.ts';
import { engineLine29_4 } from './docker-29.4.data.ts';
import { engineLine29_5 } from './docker-29.5.data.ts';
import { engineLine29_6 } from './docker-29.6.data.ts';
import { engineLine29_7 } from './docker-29.7.data.ts';

/** Every engine line from 1.13 on, oldest first. A new line is a new file and one entry here. */
export const engineLines: readonly EngineLine[] = [
  engineLine1_13,
  engineLine17_03,
  engineLine17_04,
  engineLine17_05,
  engineLine17_06,
  engineLine17_07,
  engineLine17_09,
  engineLine17_10,
  engineLine17_11,
  engineLine17_12,
  engineLine18_01,
  engineLine18_02,
  engineLine18_03,
  engineLine18_04,
  engineLine18_05,
  engineLine18_06,
  engineLine18_09,
  engineLine19_03,
  engineLine20_10,
  engineLine23_0,
  engineLine24_0,
  engineLine25_0,
  engineLine26_0,
  engineLine26_1,
  engineLine27_0,
  engineLine27_1,
  engineLine27_2,
  engineLine27_3,
  engineLine27_4,
  engineLine27_5,
  engineLine28_0,
  engineLine28_1,
  engineLine28_2,
  engineLine28_3,
  engineLine28_4,
  engineLine28_5,
  engineLine29_0,
  engineLine29_1,
  engineLine29_2,
  engineLine29_3,
  engineLine29_4,
  engineLine29_5,
  engineLine29_6,
  engineLine29_7,
];
