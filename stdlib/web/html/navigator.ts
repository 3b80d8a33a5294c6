// navigator (https://html.spec.whatwg.org/multipage/system-state.html#the-navigator-object), as far as WinterTC asks for it
// (https://min-common-api.proposal.wintertc.org/): `userAgent`.

import { INTERNAL, defineInterface, onlyInternal } from 'cronflow:internal/web/webidl';

export class Navigator {
  #userAgent = 'cronflow-rt/0.1.0';

  constructor() {
    onlyInternal(arguments[0]);
  }

  get userAgent(): string {
    return this.#userAgent;
  }
}
defineInterface(Navigator, 'Navigator');

export const navigator: Navigator = new (Navigator as any)(INTERNAL);
