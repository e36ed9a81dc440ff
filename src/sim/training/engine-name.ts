/** How a trajectory is obtained: in closed form, by the scalar recurrences of T0, or by descent on the full matrices. */
export type EngineName = 'exact' | 'modes' | 'matrix';

export type EngineChoice = EngineName | 'auto';

export const engineChoices: readonly EngineChoice[] = ['auto', 'exact', 'modes', 'matrix'];
