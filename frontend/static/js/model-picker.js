// <model-picker>: a combobox over options that the server renders. Without it the field has a <datalist>.
// The field asks for options itself (hx-get, on `input` and on our event `browse`) and htmx puts them into the list box.

const USABLE = "[role=option]:not([aria-disabled=true])";

customElements.define(
  "model-picker",
  class extends HTMLElement {
    connectedCallback() {
      if (this.input) return;
      this.input = this.querySelector(".picker__input");
      this.list = this.querySelector(".picker__list");
      this.chosen = this.input.value;
      this.toggle(false);
      // htmx gives a swapped-in field the attributes back that it came with, a moment after it is connected.
      new MutationObserver(() => this.dress()).observe(this.input, { attributeFilter: ["list"] });
      new MutationObserver(() => this.mark(this.list.querySelector(`${USABLE}[aria-selected=true]`) ?? this.list.querySelector(USABLE))).observe(this.list, { childList: true });
      this.input.addEventListener("keydown", (event) => this.onKey(event));
      this.input.addEventListener("input", () => this.toggle(true));
      this.input.addEventListener("click", () => this.browse());
      this.input.addEventListener("blur", () => this.settle());
      // The browser's own `change` comes with the blur, whatever became of the typed words; the one that counts is ours.
      this.addEventListener("change", (event) => event.isTrusted && event.target === this.input && event.stopPropagation(), true);
      this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
      this.list.addEventListener("click", (event) => this.choose(event.target.closest(USABLE)));
    }

    dress() {
      if (this.input.hasAttribute("list")) this.input.removeAttribute("list");
      Object.assign(this.input, { role: "combobox", ariaAutoComplete: "list", ariaExpanded: String(!this.list.hidden) });
      this.input.setAttribute("aria-controls", this.list.id);
    }

    toggle(isOpen) {
      this.list.hidden = !isOpen;
      this.dress();
      if (!isOpen) this.mark(null);
    }

    browse() {
      if (!this.list.hidden) return;
      this.toggle(true);
      this.input.select();
      this.input.dispatchEvent(new CustomEvent("browse"));
    }

    mark(option) {
      this.list.querySelector("[data-active]")?.removeAttribute("data-active");
      this.input.removeAttribute("aria-activedescendant");
      if (!option || this.list.hidden) return;
      option.id ||= `${this.list.id}-${[...this.list.children].indexOf(option)}`;
      option.dataset.active = "";
      option.scrollIntoView({ block: "nearest" });
      this.input.setAttribute("aria-activedescendant", option.id);
    }

    onKey(event) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const options = [...this.list.querySelectorAll(USABLE)];
      const at = options.findIndex((option) => "active" in option.dataset);
      if (step && this.list.hidden) this.browse();
      else if (step) this.mark(options[(Math.max(at, step < 0 ? 0 : -1) + step + options.length) % options.length]);
      else if (event.key === "Enter") this.choose(options[at]); // and never sends the message
      else if (event.key === "Escape" && !this.list.hidden) this.leave();
      else return;
      event.preventDefault();
    }

    choose(option) {
      if (option && !this.list.hidden) this.take(option.dataset.value);
    }

    // A whole name counts, however it was entered; a part of one is no choice.
    settle() {
      const typed = this.input.value.trim();
      const isKnown = [...this.querySelectorAll("datalist option")].some((option) => option.value === typed);
      if (isKnown && typed !== this.chosen) this.take(typed);
      else this.leave();
    }

    take(model) {
      this.chosen = model;
      this.leave();
      this.input.dispatchEvent(new Event("change", { bubbles: true }));
    }

    leave() {
      this.input.value = this.chosen;
      this.toggle(false);
    }
  },
);
