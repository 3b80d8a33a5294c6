// node:constants.

import { constants as files } from 'node:fs';
import { constants as system } from 'node:os';

const constants: any = { ...files, ...system.errno, ...system.signals };
export default constants;
