// Judges the answers to a form of the office as the server does (domain/eform). Pure: no page,
// no clock. Both are held to crates/domain/tests/data/eform-vectors.json.
(() => {
  "use strict";
  const NUMBER_MAX = Number.MAX_SAFE_INTEGER;
  const TYPED_MAX = 999999999999;
  const SPACE = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/u;
  const UNSEEN = /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;
  const CONTROL = /[\u0000-\u001f\u007f-\u009f]/gu;

  const tidy = (text) => text.normalize("NFC").split(SPACE).filter((it) => it).join(" ");
  const line = (text) => tidy(text.replace(UNSEEN, "").replace(CONTROL, " "));
  const lines = (text) => text.replace(/\r\n?/g, "\n").split("\n").map(line).join("\n").replace(/^\n+|\n+$/g, "");
  const chars = (text) => [...text.normalize("NFC")].length;
  const two = (number) => String(number).padStart(2, "0");
  const wrong = (code, number = null) => ({ at: "", code, number });
  const option = (field, code) => (field.options || []).find((it) => it.code === code);

  // A date is {day: days since 1970, y, m, d}; a year with or without a month is {year, month}.
  const days = (y, m, d) => Math.floor(Date.UTC(y, m - 1, d) / 86400000);
  const dateOf = (y, m, d) => {
    if (m < 1 || m > 12 || d < 1 || d > new Date(Date.UTC(y, m, 0)).getUTCDate()) return null;
    return { day: days(y, m, d), y, m, d };
  };
  const iso = (it) => `${String(it.y).padStart(4, "0")}-${two(it.m)}-${two(it.d)}`;
  const isDate = (it) => it !== null && typeof it === "object" && "day" in it;
  const year = (text) => (/^\d{4}$/.test(text) && +text >= 1850 && +text <= 2199 ? +text : null);
  const small = (text) => (/^\d{1,2}$/.test(text) ? +text : null);
  const pieces = (text) => text.split(/[/.-]/).map((it) => it.trim());
  const date = (text) => {
    const parts = /^\d{8}$/.test(text) ? [text.slice(0, 2), text.slice(2, 4), text.slice(4)] : pieces(text);
    if (parts.length !== 3) return null;
    const [first, middle, last] = parts;
    const [d, y] = first.length === 4 ? [small(last), year(first)] : [small(first), year(last)];
    const m = small(middle);
    return y === null || m === null || d === null ? null : dateOf(y, m, d);
  };
  const bounded = (field, first, last, today) => {
    if (field.bound === "past" && first.day > today.day) return wrong("date_past");
    if (field.bound === "future" && last.day < today.day) return wrong("date_future");
    return null;
  };
  const partial = (field, text, today) => {
    const whole = date(text);
    if (whole) return bounded(field, whole, whole, today) || { value: whole, kept: iso(whole) };
    const parts = pieces(text);
    let y = null;
    let month = null;
    if (parts.length === 1) {
      y = year(parts[0]);
    } else if (parts.length === 2) {
      const [m, of] = parts[0].length === 4 ? [parts[1], parts[0]] : parts;
      month = small(m);
      y = year(of);
      if (month === null || month < 1 || month > 12) y = null;
    }
    if (y === null) return wrong("partial_date");
    const first = dateOf(y, month || 1, 1);
    const end = month || 12;
    const last = dateOf(y, end, new Date(Date.UTC(y, end, 0)).getUTCDate());
    const kept = String(y) + (month === null ? "" : `-${two(month)}`);
    return bounded(field, first, last, today) || { value: { year: y, month }, kept };
  };

  const alike = (text) => /^(.)\1*$/.test(text);
  const compact = (text) => text.replace(/[\s.-]/g, "");
  const personal = (typed) => {
    const digits = compact(typed);
    if (!/^[0-9]+$/.test(digits)) return wrong("id_digits");
    if (digits.length !== 12) return wrong("id_length", digits.length);
    if (digits.startsWith("000") || alike(digits)) return wrong("id_impossible");
    return { value: digits, kept: digits };
  };
  const paper = (typed) => {
    const number = compact(typed);
    if (/^[0-9]{9}$/.test(number)) {
      return alike(number) ? wrong("id_impossible") : { value: number, kept: number };
    }
    if (/^[0-9]+$/.test(number)) {
      const it = personal(number);
      return it.code && it.code !== "id_impossible" ? wrong("id_paper") : it;
    }
    const raised = number.toUpperCase();
    if (!/^[0-9A-Za-z]{6,9}$/.test(number) || number.replace(/[^0-9]/g, "").length < 5) return wrong("id_paper");
    return { value: raised, kept: raised };
  };
  const phone = (typed) => {
    const plain = typed.replace(/[\s.()-]/g, "");
    const abroad = /^(\+|00)/.test(plain);
    const body = plain.replace(/^(\+|00)/, "");
    if (!/^[0-9]+$/.test(body)) return wrong("phone");
    let it = body;
    if (body.startsWith("84") && (abroad || body.length === 11 || body.length === 12)) {
      it = `0${body.slice(2).replace(/^0/, "")}`;
    } else if (abroad) {
      return wrong("phone");
    }
    const fine =
      (/^0[35789][0-9]{8}$/.test(it) && !/^...0+$/.test(it)) ||
      (/^02[0-9]{8,9}$/.test(it) && !/^....0+$/.test(it)) ||
      (/^(1800|1900)([0-9]{4}|[0-9]{6})$/.test(it));
    return fine ? { value: it, kept: it } : wrong("phone");
  };
  const email = (typed) => {
    const at = typed.lastIndexOf("@");
    const [local, host] = [typed.slice(0, at), typed.slice(at + 1)];
    const labels = host.split(".");
    const top = labels[labels.length - 1];
    const fine =
      at > 0 && typed.length <= 254 && local.length <= 64 &&
      /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+$/.test(local) && !/^\.|\.$|\.\./.test(local) &&
      labels.length > 1 && labels.every((it) => /^(?!-)[A-Za-z0-9-]{1,63}$/.test(it) && !it.endsWith("-")) &&
      top.length >= 2 && /[A-Za-z]/.test(top);
    const kept = `${local}@${host.toLowerCase()}`;
    return fine ? { value: kept, kept } : wrong("email");
  };
  const number = (field, typed, code, floor) => {
    const bare = typed.replace(/\s/g, "");
    const groups = bare.replace(/^-/, "").split(".");
    const body = groups.join("");
    const fits =
      groups.length === 1 || (groups[0].length <= 3 && groups.slice(1).every((it) => it.length === 3));
    if (!fits || groups.some((it) => !it) || !/^[0-9]{1,15}$/.test(body)) return wrong(code);
    const value = bare.startsWith("-") ? 0 - +body : +body;
    const least = Math.max(field.min ?? floor, -TYPED_MAX);
    const most = field.max ?? TYPED_MAX;
    if (value < least) return wrong("too_small", least);
    if (value > most) return wrong("too_large", most);
    return { value, kept: String(value) };
  };
  const within = (field, text, most) => {
    const count = chars(text);
    if (count > (field.max ?? most)) return wrong("too_long", field.max ?? most);
    if (count < (field.min ?? 0)) return wrong("too_short", field.min);
    return { value: text, kept: text };
  };

  // What is one text: null if it is empty, {value, kept}, or what is wrong.
  const oneLine = (field, typed, today) => {
    const text = field.kind === "long_text" ? lines(typed) : line(typed);
    if (!text) return null;
    switch (field.kind) {
      case "text": return within(field, text, 200);
      case "long_text": return within(field, text, 2000);
      case "person_name":
        if (!/^[\p{Alphabetic} '’.-]+$/u.test(text) || !/\p{Alphabetic}/u.test(text)) return wrong("name");
        return within(field, text, 100);
      case "date": {
        const it = date(text);
        return it ? bounded(field, it, it, today) || { value: it, kept: iso(it) } : wrong("date");
      }
      case "partial_date": return partial(field, text, today);
      case "personal_id": return personal(text);
      case "id_paper": return paper(text);
      case "phone": return phone(text);
      case "email": return email(text);
      case "integer": return number(field, text, "number", -TYPED_MAX);
      case "money": {
        const end = ["đồng", "đ", "VND", "vnd"].find((it) => text.endsWith(it));
        return number(field, end ? text.slice(0, -end.length) : text, "money", 0);
      }
      case "yes_no": return text === "yes" || text === "no" ? { value: text, kept: text } : wrong("option");
      case "choice": return option(field, text) ? { value: text, kept: text } : wrong("option");
      default: return wrong("shape");
    }
  };
  const choices = (field, many) => {
    if (many.some((it) => !option(field, it))) return wrong("option");
    const chosen = field.options.map((it) => it.code).filter((it) => many.includes(it));
    if (!chosen.length) return null;
    if (field.min != null && chosen.length < field.min) return wrong("choices_min", field.min);
    if (field.max != null && chosen.length > field.max) return wrong("choices_max", field.max);
    return { value: chosen, kept: chosen };
  };
  const files = (field, many) => {
    const kept = many.map(line).filter((it) => it);
    if (kept.length > (field.max ?? 5)) return wrong("files_max", field.max ?? 5);
    if (kept.some((it) => chars(it) > 200)) return wrong("shape");
    return kept.length ? { value: kept, kept } : null;
  };
  const place = (field, given) => {
    const [unit, detail] = [line(given.unit || ""), line(given.detail || "")];
    if (!unit && !detail) return null;
    const most = field.max ?? 200;
    const found = [];
    if (!unit.includes(",")) found.push({ at: ".unit", code: "place_unit", number: null });
    else if (chars(unit) > most) found.push({ at: ".unit", code: "too_long", number: most });
    if (chars(detail) > most) found.push({ at: ".detail", code: "too_long", number: most });
    if (found.length) return found;
    return { value: [detail, unit].filter((it) => it).join(", "), kept: { unit, detail } };
  };
  const rows = (field, given, today) => {
    const [found, values, kept] = [[], [], []];
    given.forEach((row, index) => {
      const text = (column) => row[column.code] ?? "";
      if (field.columns.every((it) => !line(text(it)))) return;
      const [of, cells] = [{}, {}];
      for (const column of field.columns) {
        const at = `.${index + 1}.${column.code}`;
        const it = oneLine(column, text(column), today);
        if (it === null) {
          if (column.required) found.push({ ...wrong("required"), at });
        } else if (it.code) {
          found.push({ ...it, at });
        } else {
          of[column.code] = it.value;
          cells[column.code] = it.kept;
        }
      }
      values.push(of);
      kept.push(cells);
    });
    const most = field.max ?? 100;
    if (kept.length > most) found.push(wrong("rows_max", most));
    else if (kept.length && kept.length < (field.min ?? 0)) found.push(wrong("rows_min", field.min));
    if (found.length) return found;
    return kept.length ? { value: { rows: values }, kept } : null;
  };
  const read = (field, answer, today) => {
    if (answer === undefined || answer === null) return null;
    const [text, list] = [typeof answer === "string", Array.isArray(answer)];
    const texts = list && answer.every((it) => typeof it === "string");
    switch (field.kind) {
      case "multiple_choice":
        return texts ? choices(field, answer) : answer === "" ? null : wrong("shape");
      case "file": return texts ? files(field, answer) : answer === "" ? null : wrong("shape");
      case "table":
        if (answer === "" || (list && !answer.length)) return null;
        return list && !texts ? rows(field, answer, today) : wrong("shape");
      case "address":
        if (answer === "") return null;
        return text || list ? wrong("shape") : place(field, answer);
      default: return text ? oneLine(field, answer, today) : wrong("shape");
    }
  };

  const judge = (form, answers, todayIso, account = {}) => {
    const today = date(todayIso);
    const fields = new Map(form.pages.flatMap((page) => page.fields.map((it) => [it.code, it])));
    const values = new Map();
    const get = (field) => values.get(field) ?? null;
    const has = (field, wanted) => {
      const it = get(field);
      return Array.isArray(it) ? it.includes(wanted) : it === wanted;
    };
    const label = (field, code) => {
      const it = fields.get(field);
      if (!it) return code;
      const found = option(it, code);
      if (found) return found.label;
      return it.kind === "yes_no" ? { yes: "Có", no: "Không" }[code] ?? code : code;
    };
    const safe = (number) => (Math.abs(number) <= NUMBER_MAX ? number : null);
    const words = (term) => {
      const it = value(term);
      if (it === null) return "";
      if (typeof it === "number") return String(it);
      if (typeof it === "string") return typeof term === "object" && "field" in term ? label(term.field, it) : it;
      if (Array.isArray(it)) return it.map((one) => label(term.field, one)).join(", ");
      if (isDate(it)) return `${two(it.d)}/${two(it.m)}/${it.y}`;
      if ("year" in it) return it.month === null ? String(it.year) : `${two(it.month)}/${it.year}`;
      return "";
    };
    const pair = (terms, fits) => {
      const both = terms.map(value);
      return both.every(fits) ? both : null;
    };
    const numeric = (it) => typeof it === "number";
    const value = (term) => {
      if (term === "today") return today;
      const [[what, it]] = Object.entries(term);
      switch (what) {
        case "field": return get(it);
        case "number": case "text": return it;
        case "date": return date(it);
        case "year": {
          const one = value(it);
          return one !== null && typeof one === "object" ? one.y ?? one.year ?? null : null;
        }
        case "age": {
          const both = pair(it, isDate);
          if (!both || both[0].day > both[1].day) return null;
          const [from, to] = both;
          const passed = to.m > from.m || (to.m === from.m && to.d >= from.d);
          return to.y - from.y - (passed ? 0 : 1);
        }
        case "days": {
          const both = pair(it, isDate);
          return both && both[1].day - both[0].day;
        }
        case "add": {
          let sum = null;
          for (const one of it.map(value).filter(numeric)) {
            sum = safe((sum ?? 0) + one);
            if (sum === null) return null;
          }
          return sum;
        }
        case "subtract": {
          const both = pair(it, numeric);
          return both && safe(both[0] - both[1]);
        }
        case "multiply": {
          const both = pair(it, numeric);
          return both && safe(both[0] * both[1]);
        }
        case "sum": {
          let sum = 0;
          for (const row of get(it[0])?.rows ?? []) {
            if (numeric(row[it[1]])) sum = safe(sum + row[it[1]]);
            if (sum === null) return null;
          }
          return sum;
        }
        case "count": {
          const found = get(it);
          return (found?.rows ?? (Array.isArray(found) ? found : [])).length;
        }
        case "join": return it.terms.map(words).filter((one) => one).join(it.between) || null;
        default: return null;
      }
    };
    const order = (terms) => {
      const [a, b] = terms.map(value);
      if (numeric(a) && numeric(b)) return Math.sign(a - b);
      return isDate(a) && isDate(b) ? Math.sign(a.day - b.day) : null;
    };
    const same = (terms) => {
      const [a, b] = terms.map(value);
      if (isDate(a) && isDate(b)) return a.day === b.day;
      const plain = typeof a === typeof b && (numeric(a) || typeof a === "string");
      return plain ? a === b : null;
    };
    const known = (it, of) => (it === null ? null : of(it));
    const all = (many, decisive) => {
      let result = !decisive;
      for (const one of many) {
        const it = holds(one);
        if (it === decisive) return decisive;
        if (it === null) result = null;
      }
      return result;
    };
    const holds = (condition) => {
      const [[what, it]] = Object.entries(condition);
      switch (what) {
        case "is": return has(it[0], it[1]);
        case "in": return it[1].some((one) => has(it[0], one));
        case "filled": return get(it) !== null;
        case "lt": return known(order(it), (one) => one < 0);
        case "le": return known(order(it), (one) => one <= 0);
        case "gt": return known(order(it), (one) => one > 0);
        case "ge": return known(order(it), (one) => one >= 0);
        case "same": return same(it);
        case "differs": return known(same(it), (one) => !one);
        case "all": return all(it, false);
        case "any": return all(it, true);
        case "not": return known(holds(it), (one) => !one);
        default: return null;
      }
    };
    const shown = (it) => !it.when || holds(it.when) === true;

    const out = { mistakes: [], warnings: [], visible: [], computed: {}, answers: {}, signers: [], follows: {} };
    // What is proposed for a field: a settled word, the answer of another one, what is known of the account.
    const proposed = (field) => {
      const follow = field.follow;
      if (!follow || (follow.when && holds(follow.when) !== true)) return undefined;
      const [[what, it]] = Object.entries(follow.from);
      const found = what === "field" ? out.answers[it] : what === "account" ? account[it] : it;
      if (found === undefined) return undefined;
      const place = typeof found === "object" && !Array.isArray(found);
      return (field.kind === "address") === place && (place || typeof found === "string") ? found : undefined;
    };
    const say = (list, field, it) => list.push({ path: field.code + it.at, code: it.code, number: it.number });
    for (const page of form.pages) {
      if (!shown(page)) continue;
      for (const field of page.fields) {
        if (!shown(field)) continue;
        out.visible.push(field.code);
        const follows = proposed(field);
        if (follows !== undefined) out.follows[field.code] = follows;
        if (field.kind === "note") continue;
        if (field.kind === "computed") {
          const it = field.formula ? value(field.formula) : null;
          if (it !== null && (numeric(it) || typeof it === "string" || isDate(it))) {
            out.computed[field.code] = isDate(it) ? iso(it) : String(it);
            values.set(field.code, it);
          }
          continue;
        }
        const it = read(field, answers[field.code], today);
        if (Array.isArray(it)) {
          it.forEach((one) => say(out.mistakes, field, one));
        } else if (it === null) {
          const at = field.kind === "address" ? ".unit" : "";
          if (field.required) say(out.mistakes, field, { ...wrong("required"), at });
        } else if (it.code) {
          say(out.mistakes, field, it);
        } else {
          values.set(field.code, it.value);
          out.answers[field.code] = it.kept;
        }
      }
    }
    const taken = new Set(out.mistakes.map((it) => it.path));
    for (const rule of form.rules ?? []) {
      if (!out.visible.includes(rule.at) || taken.has(rule.at) || holds(rule.must) !== false) continue;
      taken.add(rule.at);
      out.mistakes.push({ path: rule.at, code: `rule:${rule.code}`, number: null });
    }
    for (const field of fields.values()) {
      if (field.kind !== "personal_id" && field.kind !== "id_paper") continue;
      const id = get(field.code);
      if (typeof id !== "string" || !/^[0-9]{12}$/.test(id)) continue;
      const century = 1900 + 100 * Math.floor(+id[3] / 2) + +id.slice(4, 6);
      const born = get(field.born);
      const y = born === null ? null : born.y ?? born.year ?? null;
      const sex = { nam: 0, male: 0, m: 0, nu: 1, female: 1, f: 1 }[get(field.sex)];
      if (y !== null && y !== century) say(out.warnings, field, wrong("id_year", century));
      else if (sex !== undefined && sex !== +id[3] % 2) say(out.warnings, field, wrong("id_sex"));
    }
    out.signers = (form.signers ?? []).filter(shown).map((it) => it.code);
    return out;
  };

  // A place as it is typed, set right to the one name that it can mean; held to eform-places.json.
  const KINDS = [["xã", "x"], ["phường", "p"], ["thị trấn", "tt"], ["đặc khu", "dk"], ["huyện", "h"], ["quận", "q"], ["thị xã", "tx"], ["thành phố", "tp"], ["tỉnh", "t"]];
  const words = (text) =>
    text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("đ", "d").split(/[^\p{L}\p{N}]+/u).filter((it) => it);
  const ways = (part) => {
    const lower = part.trim().normalize("NFC").toLowerCase();
    const found = [words(part)];
    for (const [kind, short] of KINDS) {
      if (!lower.startsWith(`${kind} `)) continue;
      const bare = words(lower.slice(kind.length));
      found.push([short, ...bare], bare);
    }
    return found.filter((it) => it.length);
  };
  const reads = (typed, parts, first) => {
    if (!parts.length) return !typed.length;
    const [part, ...rest] = parts;
    if (!first && reads(typed, rest, false)) return true;
    return ways(part).some((it) => it.every((word, at) => typed[at] === word) && reads(typed.slice(it.length), rest, false));
  };
  const settlePlace = (typed, units) => {
    const said = words(typed);
    if (!said.length || units.includes(typed)) return typed;
    const meant = units.filter((unit) => reads(said, unit.split(","), true));
    return meant.length === 1 ? meant[0] : typed;
  };

  globalThis.eformJudge = judge;
  globalThis.eformPlace = settlePlace;
})();
