import { firstLoadSeedScenario } from './first-load-seed.mjs';
import { firstLoadScenario } from './first-load.mjs';
import { growthScenario, scaleScenario } from './growth.mjs';
import { gzipScenario } from './gzip.mjs';
import { hostileSizesScenario } from './hostile-sizes.mjs';
import { lateFileScenario, thirtyDatesScenario } from './late-files.mjs';
import { memoryScenario } from './memory.mjs';
import { oneMoreDateScenario } from './one-more-date.mjs';
import { quickStartScenario } from './quick-start.mjs';
import { nothingNewScenario, smallFilesScenario } from './small-files.mjs';
import { unchangedItemsScenario } from './unchanged-items.mjs';

/** In the order in which they run and are reported. */
export const scenarios = [
  firstLoadScenario,
  firstLoadSeedScenario,
  oneMoreDateScenario,
  growthScenario,
  scaleScenario,
  memoryScenario,
  hostileSizesScenario,
  lateFileScenario,
  thirtyDatesScenario,
  smallFilesScenario,
  nothingNewScenario,
  quickStartScenario,
  unchangedItemsScenario,
  gzipScenario,
];
