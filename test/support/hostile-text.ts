import fc from 'fast-check';

/** What would run, load or break something where it is not taken for text. */
const PAYLOADS = [
  '<script>hostile()</script>',
  '</script><script>hostile()</script>',
  '</style><script>hostile()</script>',
  '</title><img src=x onerror=hostile()>',
  '<!--<script>hostile()',
  '--><svg onload=hostile()>',
  ']]><svg/onload=hostile()>',
  '"><img src=//example.invalid/x onerror=hostile()>',
  '" onmouseover="hostile()" autofocus onfocus="hostile()',
  "' onclick='hostile()",
  '` + hostile() + `',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what must not be one.
  '${hostile()}',
  '{{constructor.constructor("hostile()")()}}',
  'javascript:hostile()',
  '[x](javascript:hostile())',
  '![x](//example.invalid/x.png)',
  '$\\href{javascript:hostile()}{x}$',
  '"]); hostile(); (["',
  "'] || hostile() || datum['",
  '\u2028hostile()\u2029',
  '\u202egnp.exe\u2066',
  '\u0000\u0007\u001b[2J',
  '\ud800 lone',
  '&lt;script&gt;hostile()&lt;/script&gt;',
  '&#60;script&#62;',
  '__proto__',
  'constructor',
  '../../../etc/passwd',
  '<base href=//example.invalid>',
  '<meta http-equiv=refresh content="0;url=//example.invalid">',
  '<iframe srcdoc="<script>parent.hostile()</script>">',
  '<link rel=stylesheet href=//example.invalid/x.css>',
  '<math><mtext></table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=hostile()&gt;">',
];

/** Texts that begin with, hold or repeat a payload among characters of all kinds; the same every time. */
export function hostileTexts(count: number): readonly string[] {
  const noise = fc.string({ unit: 'binary', maxLength: 12 });
  const payload = fc.constantFrom(...PAYLOADS);
  const text = fc
    .tuple(noise, payload, noise, fc.option(payload, { nil: '' }))
    .map(([before, middle, after, last]) => before + middle + after + last);
  return [...PAYLOADS, ...fc.sample(text, { numRuns: count, seed: 250319206 })].slice(0, count);
}
