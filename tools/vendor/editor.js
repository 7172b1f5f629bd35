// CodeMirror as the editor of a request's body. It knows how JSON looks; what a body means is told by who opens it.

import { acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, completionStatus, snippet } from "@codemirror/autocomplete";
import { history, historyKeymap, standardKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, foldGutter, foldKeymap, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, linter, lintKeymap } from "@codemirror/lint";
import { EditorState, Prec, StateField } from "@codemirror/state";
import { Decoration, EditorView, keymap, lineNumbers, WidgetType } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const HIGHLIGHT = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--code-name)" },
  { tag: tags.string, color: "var(--code-string)" },
  { tag: tags.number, color: "var(--code-number)" },
  { tag: [tags.bool, tags.null], color: "var(--code-keyword)" },
]);

/**
 * @param {HTMLElement} parent
 * @param {object} needs
 * @param {string} needs.text
 * @param {string} needs.label what the editor is called
 * @param {(text: string) => {from: number, to: number, message: string, severity: string}[]} needs.check
 * @param {(text: string, at: number) => {from: number, to: number, offers: object[]} | null} needs.complete
 * @param {(text: string) => void} needs.changed
 * @param {() => void} needs.run what Ctrl or ⌘ with Enter does
 */
export function openEditor(parent, { text, label, check, complete, changed, run }) {
  const said = EditorView.updateListener.of((update) => update.docChanged && changed(update.state.doc.toString()));
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        Prec.highest(keymap.of([{ key: "Ctrl-Enter", mac: "Cmd-Enter", run: () => (run(), true) }, { key: "Ctrl-Enter", run: () => (run(), true) }])),
        lineNumbers(), foldGutter({ openText: "▾", closedText: "▸" }), lintGutter(), history(), bracketMatching(), closeBrackets(),
        autocompletion({ override: [(context) => completions(context, complete)], icons: false, activateOnTyping: true }),
        json(), syntaxHighlighting(HIGHLIGHT), longTexts, EditorView.lineWrapping,
        linter((view) => check(view.state.doc.toString()), { delay: 250 }),
        keymap.of([{ key: "Tab", run: takeOffer }, ...closeBracketsKeymap, ...standardKeymap, ...historyKeymap, ...foldKeymap, ...completionKeymap, ...lintKeymap]),
        EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", autocapitalize: "off" }),
        changesOfMore, said, THEME,
      ],
    }),
  });
  return {
    view,
    focus: () => view.focus(),
    select: (from, to) => view.dispatch({ selection: { anchor: from, head: to }, scrollIntoView: true }),
    set text(next) {
      const change = difference(view.state.doc.toString(), next);
      if (change) view.dispatch({ changes: change });
    },
  };
}

// Where something is written over others, or two lines become one, Chromium would keep the look of what stood there in style
// attributes, which the page's policy refuses with a complaint. So it is put into the text here, as typing would put it.
const changesOfMore = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const written = event.isComposing ? null : writtenBy(event);
    if (written === null) return false;
    const { from, to } = rangeOf(event, view);
    if (from === to || (!written && view.state.doc.lineAt(from).to >= to)) return false;
    write(view, from, to, written);
    event.preventDefault();
    return true;
  },
});

function writtenBy({ inputType, data }) {
  if (inputType === "insertText") return data;
  if (inputType === "insertParagraph" || inputType === "insertLineBreak") return "\n";
  return inputType.startsWith("delete") ? "" : null;
}

// Who listens to typing, such as what puts a selection in quotation marks, is asked first.
function write(view, from, to, insert) {
  const userEvent = insert ? "input.type" : "delete";
  const asTyped = () => view.state.update({ changes: { from, to, insert }, selection: { anchor: from + insert.length }, userEvent, scrollIntoView: true });
  const isTaken = insert && view.state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, insert, asTyped));
  if (!isTaken) view.dispatch(asTyped());
}

// What was selected a moment ago may not have come to the editor's own state yet.
function rangeOf(event, view) {
  const { main } = view.state.selection;
  const [range] = main.empty ? event.getTargetRanges() : [];
  if (!range) return main;
  return { from: view.posAtDOM(range.startContainer, range.startOffset), to: view.posAtDOM(range.endContainer, range.endOffset) };
}

// The smallest change from one text to the other, so that the cursor and the folds stay where they are.
function difference(old, next) {
  if (old === next) return null;
  let from = 0;
  const shorter = Math.min(old.length, next.length);
  while (from < shorter && old[from] === next[from]) from += 1;
  let tail = 0;
  while (tail < shorter - from && old[old.length - 1 - tail] === next[next.length - 1 - tail]) tail += 1;
  return { from, to: old.length - tail, insert: next.slice(from, next.length - tail) };
}

function completions(context, complete) {
  const found = complete(context.state.doc.toString(), context.pos);
  if (!found?.offers.length) return null;
  const typed = context.state.sliceDoc(found.from, context.pos);
  if (!context.explicit && !typed) return null;
  const options = found.offers.map(({ label, text, about, first, order }) => ({
    // What is typed may begin with a quotation mark; then so must what it is matched with.
    label: typed.startsWith('"') && !label.startsWith('"') ? `"${label}"` : label,
    displayLabel: label, detail: about, boost: first ? 1 : -(order ?? 0), apply: applied(text, complete),
  }));
  return { from: found.from, options, validFor: /^"?[\w.:/-]*$/ };
}

// An offer that came a moment ago is not taken yet, lest a key meant for the text takes it; but neither does Tab lead away then.
const takeOffer = (view) => acceptCompletion(view) || completionStatus(view.state) === "active";

// What stood there when the list came may have grown since, so where it ends is asked anew.
const applied = (text, complete) => (view, completion, from, to) => {
  const end = complete(view.state.doc.toString(), to)?.to ?? to;
  snippet(text.replace(/[#$]\{|\\/g, "\\$&").replace("|", "${}"))(view, completion, from, Math.max(to, end));
};

// A picture is a text of a hundred thousand characters; of such a one the beginning is shown, and how long it is.
const LONG = 2000;
const SHOWN = 24;

class Rest extends WidgetType {
  constructor(size) {
    super();
    this.size = size;
  }

  eq(other) {
    return other.size === this.size;
  }

  toDOM() {
    return Object.assign(document.createElement("span"), { className: "cm-rest", textContent: `… ${this.size.toLocaleString("en")} more characters` });
  }
}

function rests(state) {
  const found = [];
  for (const { 0: text, index } of state.doc.toString().matchAll(/"[^"\\\n]{2000,}"/g)) {
    if (text.length > LONG) {
      found.push(Decoration.replace({ widget: new Rest(text.length - SHOWN - 2) }).range(index + SHOWN + 1, index + text.length - 1));
    }
  }
  return Decoration.set(found);
}

const longTexts = StateField.define({
  create: rests,
  update: (value, change) => (change.docChanged ? rests(change.state) : value),
  provide: (field) => [EditorView.decorations.from(field), EditorView.atomicRanges.of((view) => view.state.field(field))],
});

const THEME = EditorView.theme({
  "&": { backgroundColor: "var(--paper)", color: "var(--ink)", fontSize: "0.8438rem" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6", maxHeight: "34rem", overflow: "auto" },
  ".cm-content": { padding: "0.6rem 0", caretColor: "var(--ink)" },
  ".cm-line": { padding: "0 1rem 0 0.3rem" },
  // Lines are wrapped, so nothing scrolls under the gutter; with a colour of its own it would hide the outline of the focus.
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--ink-2)", border: "0" },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "1.8rem", padding: "0 0.2rem 0 0.4rem" },
  ".cm-foldGutter .cm-gutterElement": { width: "0.9rem", cursor: "pointer" },
  ".cm-gutter-lint": { width: "0.9rem" },
  ".cm-gutter-lint .cm-gutterElement": { padding: "0.3rem 0 0 0.2rem" },
  ".cm-lint-marker": { width: "0.6rem", height: "0.6rem", content: "none", borderRadius: "50%" },
  ".cm-lint-marker-error": { backgroundColor: "var(--bad)" },
  ".cm-lint-marker-warning": { backgroundColor: "var(--warm)", borderRadius: "2px" },
  ".cm-lintRange": { backgroundImage: "none !important", textDecoration: "underline wavy var(--warm)", textUnderlineOffset: "0.2em", textDecorationSkipInk: "none" },
  ".cm-lintRange-error": { textDecorationColor: "var(--bad)" },
  ".cm-selectionBackground, & ::selection": { backgroundColor: "color-mix(in srgb, var(--accent) 28%, transparent)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--paper-3)", outline: "1px solid var(--line)" },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "var(--bad-paper)" },
  ".cm-foldPlaceholder, .cm-rest": { padding: "0 0.4rem", border: "1px solid var(--line)", borderRadius: "4px", backgroundColor: "var(--paper-2)", color: "var(--ink-2)", fontFamily: "var(--sans)", fontSize: "var(--tiny)" },
  ".cm-tooltip": { border: "1px solid var(--line)", borderRadius: "var(--radius)", backgroundColor: "var(--paper)", color: "var(--ink)", boxShadow: "0 4px 16px rgb(10 14 15 / 14%)", maxWidth: "min(36rem, 90vw)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", fontSize: "var(--tiny)", maxHeight: "15rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { display: "flex", gap: "1rem", justifyContent: "space-between", padding: "0.2rem 0.6rem" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--accent-ink)" },
  ".cm-completionDetail": { fontFamily: "var(--sans)", fontStyle: "normal", color: "var(--ink-2)", overflow: "hidden", textOverflow: "ellipsis" },
  ".cm-tooltip-autocomplete li[aria-selected] .cm-completionDetail": { color: "inherit" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "650" },
  ".cm-diagnostic": { padding: "0.35rem 0.7rem", borderLeft: "3px solid var(--warm)", fontFamily: "var(--sans)", fontSize: "var(--tiny)", whiteSpace: "pre-wrap" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--bad)" },
  ".cm-panels": { backgroundColor: "var(--paper-2)", color: "var(--ink)", borderTop: "1px solid var(--line)" },
});
