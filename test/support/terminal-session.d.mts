/** What the tests need to know of the terminal sessions, which plain scripts use as well. */
export interface TerminalOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
}

export declare class TerminalSession {
  constructor(command: readonly string[], options?: TerminalOptions);
  readonly exitCode: number | null;
  readonly written: string;
  type(text: string): void;
  resize(columns: number, rows: number): void;
  lines(): string[];
  screen(): string;
  isOnAlternateScreen(): boolean;
  until(
    condition: string | ((screen: string, session: TerminalSession) => boolean),
    what?: string,
    timeout?: number,
  ): Promise<number>;
  end(timeout?: number): Promise<number>;
  kill(signal: string): void;
}

export declare const keys: Readonly<
  Record<'up' | 'down' | 'right' | 'left' | 'enter' | 'escape' | 'tab' | 'backspace' | 'interrupt', string>
>;
