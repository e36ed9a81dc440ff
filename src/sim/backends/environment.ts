/** Environment variables by name; so written that who uses the library needs no types of Node. */
export type Environment = Readonly<Record<string, string | undefined>>;
