// <combo-box>: a field with a list box of options that the server renders; whoever extends it has take(value) and leave().
const USABLE = "[role=option]:not([aria-disabled=true])";

customElements.define(
  "combo-box",
  class extends HTMLElement {
    connectedCallback() {
      if (this.input) return;
      this.input = this.querySelector("input");
      this.list = this.querySelector("[role=listbox]");
      this.toggle(false);
      new MutationObserver(() => this.dress()).observe(this.input, { attributeFilter: ["list"] }); // htmx gives it back
      new MutationObserver(() => this.onOptions()).observe(this.list, { childList: true });
      this.input.addEventListener("keydown", (event) => this.onKey(event));
      this.input.addEventListener("input", () => this.await());
      this.input.addEventListener("click", () => this.browse());
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
      this.isEntered = false;
      if (!isOpen) this.mark(null);
    }

    await() {
      this.toggle((this.isStale = true)); // what is listed was found for other words: none of it may be chosen
      this.mark(null);
    }

    onOptions() {
      this.isStale = false;
      this.mark(this.list.querySelector(`${USABLE}[aria-selected=true]`) ?? this.list.querySelector(USABLE));
      if (this.isEntered) this.choose(this.list.querySelector("[data-active]"));
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
      else if (step && !this.isStale) this.mark(options[(Math.max(at, step < 0 ? 0 : -1) + step + options.length) % options.length]);
      else if (event.key === "Enter" && this.isStale) this.isEntered = !this.list.hidden; // chosen once they are there
      else if (event.key === "Enter") this.choose(options[at]); // and never sends the message
      else if (event.key === "Escape" && !this.list.hidden) this.leave();
      else return;
      event.preventDefault();
    }

    choose(option) {
      if (option && !this.list.hidden) this.take(option.dataset.value);
    }
  },
);
