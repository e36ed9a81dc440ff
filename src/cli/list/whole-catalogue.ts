import { scenarios } from '../../sim/scenarios/scenario-list.js';
import { claims } from '../../theory/claims/all-claims.js';
import { type Catalogue, catalogueOf } from './catalogue.js';

/** All scenarios and claims. `scripts/bundle-cli.mjs` puts this value, written out, in the place of this module. */
export const wholeCatalogue: Catalogue = catalogueOf(scenarios, claims);
