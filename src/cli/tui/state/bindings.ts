type Arrow = 'up' | 'down' | 'left' | 'right' | 'page-up' | 'page-down' | 'home' | 'end';

/** Keys that are not characters, and chords that mean something to us. */
export type KeyName = Arrow | 'enter' | 'escape' | 'tab' | 'backspace' | 'erase-line' | 'interrupt';

export type Key = { readonly name: KeyName } | { readonly name: 'character'; readonly text: string };

/** The word by which the table of bindings knows a key: a character stands for itself. */
export function keyWord(key: Key): string {
  return key.name === 'character' ? key.text : key.name;
}

/** Keys by their words, with blanks between; what the footer says of them, nothing for an empty `short`; what the help says. */
function binding<Name extends string>(command: Name, keys: string, sign: string, short: string, long: string) {
  return { command, keys: keys.split(' '), sign, short, long };
}

const HELP = binding('help', '?', '?', 'help', 'show the keys of this screen');
const QUIT = binding('quit', 'q', 'q', 'quit', 'quit; asks first if something is being computed');
const UP_DOWN = [
  binding('up', 'up k', '↑ k', '', 'one up'),
  binding('down', 'down j', '↓ j', '', 'one down'),
  binding('page-up', 'page-up', 'PgUp', '', 'several up'),
  binding('page-down', 'page-down', 'PgDn', '', 'several down'),
  binding('first', 'home g', 'Home g', '', 'go to the first'),
  binding('last', 'end G', 'End G', '', 'go to the last'),
];
const OF_A_RUN = [
  binding('explain', 'x', 'x', 'explain', "explain the chart in three sentences with this run's numbers"),
  binding('command', 'y', 'y', 'command', 'show the command that reproduces these numbers'),
  binding('save', 's', 's', 'save', 'save the run in a folder, as run --out does'),
  binding('compare', 'c', 'c', 'compare', 'keep this run under the next one, or remove it'),
  binding('figure', 'v', 'v', 'view', 'show the next figure of the scenario'),
];
const RUN = binding('run', 'r', 'r', 'run', 'run with the chosen engine and backend');

const TABLE = {
  home: [
    binding('open', 'enter right l', 'enter', 'open', 'open the scenario or the run'),
    binding('filter', '/', '/', 'filter', 'show only scenarios that match some words'),
    ...UP_DOWN,
    binding('clear-filter', 'escape', 'esc', '', 'show all scenarios again'),
    HELP,
    QUIT,
  ],
  filter: [
    binding('commit', 'enter', 'enter', 'done', 'keep the filter'),
    binding('clear-filter', 'escape', 'esc', 'clear', 'show all scenarios again'),
    binding('up', 'up', '↑', '', 'one up'),
    binding('down', 'down', '↓', '', 'one down'),
  ],
  parameters: [
    binding('less', 'left h', '← h', '', 'step the value down; the exact engine redraws at once'),
    binding('more', 'right l', '→ l', 'step', 'step the value up; the exact engine redraws at once'),
    binding('edit', 'enter e', 'enter', 'edit', 'type a value; a digit starts at once'),
    RUN,
    binding('focus', 'tab', 'tab', 'claims', 'go to the claims'),
    ...OF_A_RUN,
    ...UP_DOWN,
    binding('reset', 'backspace u', 'u', '', 'reset this parameter to its default'),
    binding('reset-all', 'U', 'U', '', 'reset all parameters to their defaults'),
    binding('back', 'escape', 'esc', 'back', 'cancel the run and keep what was computed; otherwise go back'),
    HELP,
    QUIT,
  ],
  claims: [
    binding('open', 'enter right l', 'enter', 'proof', 'show statement, verdict and proof'),
    binding('attack', 'f', 'f', 'falsify', 'drop each hypothesis and look for a counterexample'),
    RUN,
    binding('focus', 'tab', 'tab', 'parameters', 'go to the parameters'),
    ...OF_A_RUN,
    ...UP_DOWN,
    binding('back', 'escape', 'esc', 'back', 'cancel the run and keep what was computed; otherwise go back'),
    HELP,
    QUIT,
  ],
  sweep: [
    binding('figure', 'v tab', 'v', 'view', 'switch between map, curves and table'),
    binding('result', 'r', 'r', 'result', 'show the next result'),
    binding('across', 'a', 'a', 'across', 'next parameter for the horizontal axis'),
    binding('upwards', 'u', 'u', 'upwards', 'next parameter for the vertical axis, or for the lines'),
    binding('less', 'left h', '← h', '', 'in the table, one column to the left'),
    binding('more', 'right l', '→ l', '', 'in the table, one column to the right'),
    binding('sort', 's', 's', 'sort', 'sort the table by the column; again to reverse'),
    binding('up', 'up k', '↑ k', '', 'in the table, one row up; otherwise the next value of the parameter not drawn'),
    binding('down', 'down j', '↓ j', '', 'one row down; otherwise the previous value, then the mean of all'),
    ...UP_DOWN.slice(2),
    binding('back', 'escape', 'esc', 'back', 'go back to the list'),
    HELP,
    QUIT,
  ],
  edit: [
    binding('commit', 'enter', 'enter', 'set', 'set the value; empty means the default'),
    binding('back', 'escape', 'esc', 'cancel', 'keep the old value'),
  ],
  text: [...UP_DOWN, binding('back', 'escape enter ? x y', 'esc', 'close', 'go back to the screen'), QUIT],
  claim: [
    binding('attack', 'f', 'f', 'falsify', 'drop each hypothesis and look for a counterexample'),
    ...UP_DOWN,
    binding('back', 'escape left h', 'esc', 'close', 'stop the attack and go back'),
    QUIT,
  ],
  save: [
    binding('commit', 'enter', 'enter', 'save', 'write the folder'),
    binding('back', 'escape', 'esc', 'leave', 'write nothing'),
  ],
  quit: [
    binding('yes', 'y q enter', 'y', 'quit', 'quit; what is being computed is lost'),
    binding('no', 'n escape', 'n', 'stay', 'stay'),
  ],
};

export type Context = keyof typeof TABLE;

export type Command = (typeof TABLE)[Context][number]['command'];

/** All keys, by context. The reducer reads them from here, and so do the footer and the help. */
export const bindings: Readonly<Record<Context, readonly ReturnType<typeof binding<Command>>[]>> = TABLE;

export function commandOf(context: Context, key: Key): Command | undefined {
  return bindings[context].find(({ keys }) => keys.includes(keyWord(key)))?.command;
}

const [PAGE, END] = [8, Number.POSITIVE_INFINITY];

const MOVEMENTS: Readonly<Partial<Record<Command, number>>> = {
  up: -1,
  down: 1,
  'page-up': -PAGE,
  'page-down': PAGE,
  first: -END,
  last: END,
};

export function movementOf(command: Command | undefined): number | undefined {
  return command === undefined ? undefined : MOVEMENTS[command];
}
