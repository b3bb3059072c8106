"""
Conversations made by rule: small arithmetic, conversions, letters, sequences, lists; and word problems in GSM8K's schema.

Everything follows from one seed, every answer is computed here and never typed, and no question occurs twice.
"""

import random

NAMES = ["Ada", "Ben", "Clara", "Dario", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jamal", "Kaya", "Lena"]
ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = "January February March April May June July August September October November December".split()
WORDS = """anchor autumn basket bottle bridge button candle carpet castle cheese circle coffee copper corner cotton
dinner doctor dragon engine family farmer finger flower forest garden ginger guitar hammer harbor island jacket jungle
kettle ladder lemon letter magnet marble market meadow mirror monkey mountain needle number ocean orange paper parrot
pencil pepper picnic pillow planet pocket potato puzzle rabbit ribbon river rocket saddle salad school shadow silver
spider spring stone summer sunset table teapot thunder ticket tiger tunnel turtle valley velvet violin walnut window
winter wizard yellow""".split()


def in_words(n: int) -> str:
    """A number below 100 in English words."""
    if n < 20:
        return ONES[n]
    return TENS[n // 10] + ("" if n % 10 == 0 else "-" + ONES[n % 10])


def say(question: str, answer: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]


# --- one kind of conversation a function; each is called until it has given enough different questions ----------------


def arithmetic(rng: random.Random):
    a, b = rng.randint(2, 99), rng.randint(2, 99)
    kind = rng.choice(["plus", "minus", "times", "divided by"])
    if kind == "minus":
        a, b = max(a, b), min(a, b)
    if kind == "times":
        a, b = rng.randint(2, 12), rng.randint(2, 12)
    if kind == "divided by":
        b = rng.randint(2, 12)
        a = b * rng.randint(2, 12)
    result = {"plus": a + b, "minus": a - b, "times": a * b, "divided by": a // b}[kind]
    return say(f"What is {a} {kind} {b}?", f"{a} {kind} {b} is {result}.")


def arithmetic_follow_up(rng: random.Random):
    a, b, c = rng.randint(5, 40), rng.randint(5, 40), rng.randint(2, 5)
    return say(f"Add {a} and {b}.", f"{a} plus {b} is {a + b}.") + say(
        f"Now multiply that by {c}.", f"{a + b} times {c} is {(a + b) * c}."
    )


def conversion(rng: random.Random):
    big, small, factor = rng.choice(
        [
            ("hours", "minutes", 60), ("minutes", "seconds", 60), ("days", "hours", 24), ("weeks", "days", 7),
            ("years", "months", 12), ("kilometers", "meters", 1000), ("meters", "centimeters", 100),
            ("kilograms", "grams", 1000), ("liters", "milliliters", 1000), ("dozens", "pieces", 12),
        ]
    )  # fmt: skip
    n = rng.randint(2, 15)
    return say(
        f"How many {small} are {n} {big}?", f"{n} times {factor:,} is {n * factor:,}, so it is {n * factor:,} {small}."
    )


def letters(rng: random.Random):
    word = rng.choice(WORDS)
    return rng.choice(
        [
            say(f"What is the first letter of {word}?", f"The first letter of {word} is {word[0]}."),
            say(f"What is the last letter of {word}?", f"The last letter of {word} is {word[-1]}."),
            say(f"How many letters does {word} have?", f"{word}:{','.join(word)}\nThat is {in_words(len(word))} letters."),
            say(f"Write {word} in capital letters.", word.upper()),
            say(f"Write {word} backwards.", f"{word}:{','.join(word)}\nBackwards: {','.join(reversed(word))}"),
        ]
    )


def letters_follow_up(rng: random.Random):
    word = rng.choice(WORDS)
    letter = rng.choice(word)
    count = word.count(letter)
    times = "once" if count == 1 else f"{in_words(count)} times"
    return say(f"Spell {word}.", f"{word}:{','.join(word)}") + say(
        f"How often is the letter {letter} in it?", f"The letter {letter} is in {word} {times}."
    )


def compare_words(rng: random.Random):
    first, second = rng.sample(WORDS, 2)
    earlier, later = sorted([first, second])
    return say(f"Which comes first in the alphabet, {first} or {second}?", f"{earlier} comes before {later}.")


def sort_words(rng: random.Random):
    words = rng.sample(WORDS, rng.randint(3, 5))
    return say(f"Sort these words: {', '.join(words)}", ", ".join(sorted(words)))


def sort_numbers(rng: random.Random):
    numbers = rng.sample(range(1, 100), rng.randint(3, 6))
    return say(
        f"Sort these numbers from small to large: {', '.join(map(str, numbers))}", ", ".join(map(str, sorted(numbers)))
    )


def compare_numbers(rng: random.Random):
    a, b = rng.sample(range(10, 1000), 2)
    return say(f"Which is larger, {a} or {b}?", f"{max(a, b)} is larger than {min(a, b)}.")


def sequence(rng: random.Random):
    start, step = rng.randint(1, 20), rng.randint(2, 12)
    shown = [start + i * step for i in range(4)]
    return say(
        f"Which number comes next: {', '.join(map(str, shown))}?",
        f"{shown[-1] + step}, because each number is {step} more than the one before.",
    )


def multiples(rng: random.Random):
    n = rng.randint(3, 25)
    return say(f"List the first five multiples of {n}.", ", ".join(str(n * i) for i in range(1, 6)))


def numbers_in_words(rng: random.Random):
    n = rng.randint(13, 99)
    return rng.choice(
        [say(f"Write {n} in words.", in_words(n)), say(f"Write {in_words(n)} as a number.", str(n))]
    )


def even_or_odd(rng: random.Random):
    n = rng.randint(11, 999)
    kind = "even" if n % 2 == 0 else "odd"
    return say(f"Is {n} even or odd?", f"{n} is {kind}, because it ends in {n % 10}.")


def days(rng: random.Random):
    day, n = rng.randrange(7), rng.randint(2, 6)
    return say(f"Which day is {in_words(n)} days after {DAYS[day]}?", f"{DAYS[(day + n) % 7]}.")


def months(rng: random.Random):
    month = rng.randrange(12)
    return rng.choice(
        [
            say(f"Which month comes after {MONTHS[month]}?", f"{MONTHS[(month + 1) % 12]}."),
            say(f"Which month comes before {MONTHS[month]}?", f"{MONTHS[(month - 1) % 12]}."),
        ]
    )


def clock(rng: random.Random):
    hour, minute, wait = rng.randint(1, 9), rng.choice([0, 15, 30, 45]), rng.choice([20, 30, 45, 60, 90])
    end = hour * 60 + minute + wait
    return say(
        f"It is {hour}:{minute:02d}. What time is it in {wait} minutes?", f"It will be {end // 60}:{end % 60:02d}."
    )


def tokens(rng: random.Random):
    rows, length = rng.choice([4, 8, 16, 32]), rng.choice([128, 256, 512, 1024])
    return say(
        f"A batch has {rows} rows of {length:,} tokens. How many tokens is that?",
        f"{rows} times {length:,} is {rows * length:,} tokens.",
    )


PLAIN = {
    arithmetic: 30, arithmetic_follow_up: 10, conversion: 18, letters: 24, letters_follow_up: 12, compare_words: 8,
    sort_words: 10, sort_numbers: 10, compare_numbers: 8, sequence: 12, multiples: 8, numbers_in_words: 10,
    even_or_odd: 8, days: 10, months: 8, clock: 8, tokens: 8,
}  # fmt: skip


# --- the same with a system message -----------------------------------------------------------------------------------


def number_only(rng: random.Random):
    conversation = arithmetic(rng)
    answer = conversation[1]["content"].removesuffix(".").split()[-1]
    return [{"role": "system", "content": "Answer with the number only."}, *say(conversation[0]["content"], answer)]


def spell_only(rng: random.Random):
    word = rng.choice(WORDS)
    return [{"role": "system", "content": "Spell every word you are given."}, *say(word, f"{word}:{','.join(word)}")]


WITH_SYSTEM = {number_only: 16, spell_only: 16}


def generate(kinds, seed: int):
    """The conversations of each kind, in order; no first question occurs twice."""
    rng = random.Random(seed)
    asked = set()
    for kind, count in kinds.items():
        made = 0
        while made < count:
            conversation = kind(rng)
            question = conversation[-2]["content"] if conversation[0]["role"] == "system" else conversation[0]["content"]
            if question not in asked:
                asked.add(question)
                made += 1
                yield conversation


# --- word problems in GSM8K's schema: <<expr=result>> is a call of the calculator -------------------------------------


def calc(expression: str) -> str:
    """`<<12*3=36>>36`: the call, its result, and the result once more as text."""
    value = eval(expression, {"__builtins__": {}})  # our own digits and operators only
    value = int(value) if value == int(value) else round(value, 2)
    return f"<<{expression}={value}>>{value}"


def result_of(text: str) -> str:
    return text.rsplit(">>", 1)[1].split()[0].rstrip(".")


def problem(question: str, *lines: str):
    return {"question": question, "answer": "\n".join(lines) + f"\n#### {result_of(lines[-1])}"}


def shop(rng: random.Random):
    name, item = rng.choice(NAMES), rng.choice(["notebooks", "apples", "pencils", "postcards", "candles"])
    n, price = rng.randint(2, 8), rng.randint(2, 6)
    return problem(
        f"{name} buys {n} {item} at ${price} each and pays with a $50 note. How much change does {name} get?",
        f"The {item} cost {n} * {price} = ${calc(f'{n}*{price}')}.",
        f"The change is 50 - {n * price} = ${calc(f'50-{n * price}')}.",
    )


def reading(rng: random.Random):
    name, a, b, d = rng.choice(NAMES), rng.randint(10, 30), rng.randint(10, 30), rng.randint(2, 6)
    return problem(
        f"{name} reads {a} pages every morning and {b} pages every evening. How many pages is that in {d} days?",
        f"In one day {name} reads {a} + {b} = {calc(f'{a}+{b}')} pages.",
        f"In {d} days that is {a + b} * {d} = {calc(f'{a + b}*{d}')} pages.",
    )


def journey(rng: random.Random):
    v1, v2, t1, t2 = rng.choice([40, 50, 60]), rng.choice([80, 90, 100]), rng.randint(1, 4), rng.randint(2, 5)
    h1 = "1 hour" if t1 == 1 else f"{t1} hours"
    return problem(
        f"A train travels {h1} at {v1} km/h and then {t2} hours at {v2} km/h. How far does it travel?",
        f"The first part is {v1} * {t1} = {calc(f'{v1}*{t1}')} km.",
        f"The second part is {v2} * {t2} = {calc(f'{v2}*{t2}')} km.",
        f"Together that is {v1 * t1} + {v2 * t2} = {calc(f'{v1 * t1}+{v2 * t2}')} km.",
    )


def sharing(rng: random.Random):
    people, each, boxes = rng.randint(3, 6), rng.randint(2, 6), rng.randint(2, 4)
    eaten = rng.randint(1, 6)
    total = people * each * boxes + eaten
    return problem(
        f"There are {total} cookies. {eaten} of them are eaten and the rest is shared among {people} friends. "
        "How many does each friend get?",
        f"After eating, {total} - {eaten} = {calc(f'{total}-{eaten}')} cookies are left.",
        f"Each friend gets {total - eaten} / {people} = {calc(f'{total - eaten}/{people}')} cookies.",
    )


def savings(rng: random.Random):
    name, start, weekly, weeks = rng.choice(NAMES), rng.randint(10, 60), rng.randint(3, 15), rng.randint(3, 12)
    return problem(
        f"{name} has ${start} and saves ${weekly} every week. How much money does {name} have after {weeks} weeks?",
        f"In {weeks} weeks {name} saves {weekly} * {weeks} = ${calc(f'{weekly}*{weeks}')}.",
        f"With the money from before, that is {start} + {weekly * weeks} = ${calc(f'{start}+{weekly * weeks}')}.",
    )


def fence(rng: random.Random):
    a, b, price = rng.randint(4, 20), rng.randint(4, 20), rng.randint(3, 9)
    return problem(
        f"A garden is {a} m long and {b} m wide. A fence costs ${price} per meter. What does a fence around it cost?",
        f"Two sides together are {a} + {b} = {calc(f'{a}+{b}')} m.",
        f"All four sides are 2 * {a + b} = {calc(f'2*{a + b}')} m.",
        f"The fence costs {2 * (a + b)} * {price} = ${calc(f'{2 * (a + b)}*{price}')}.",
    )


def average(rng: random.Random):
    mean = rng.randint(16, 30)
    a, b = mean + rng.randint(-8, 8), mean + rng.randint(-8, 8)
    c = 3 * mean - a - b
    return problem(
        f"The temperatures on three days were {a}, {b} and {c} degrees. What was the average?",
        f"The sum is {a} + {b} + {c} = {calc(f'{a}+{b}+{c}')}.",
        f"The average is {3 * mean} / 3 = {calc(f'{3 * mean}/3')} degrees.",
    )


def discount(rng: random.Random):
    price, percent = rng.randint(2, 12) * 20, rng.choice([5, 10, 15, 20, 25, 30])
    off = price * percent // 100
    return problem(
        f"A coat costs ${price}. It is sold {percent} percent cheaper. What does it cost now?",
        f"The discount is {price} * {percent} / 100 = ${calc(f'{price}*{percent}/100')}.",
        f"The coat now costs {price} - {off} = ${calc(f'{price}-{off}')}.",
    )


def bus(rng: random.Random):
    start, off, on = rng.randint(20, 45), rng.randint(3, 15), rng.randint(3, 15)
    return problem(
        f"A bus carries {start} people. At a stop {off} get off and {on} get on. How many people are on the bus now?",
        f"After some get off, {start} - {off} = {calc(f'{start}-{off}')} remain.",
        f"After the others get on, {start - off} + {on} = {calc(f'{start - off}+{on}')} people are on the bus.",
    )


def accumulation(rng: random.Random):
    rows, length, times = rng.choice([2, 4, 8]), rng.choice([128, 256, 512]), rng.choice([2, 4, 8])
    total = rows * length * times
    return problem(
        f"A step should train on {total} tokens. A micro-batch has {rows} rows of {length} tokens. "
        "How many micro-batches does a step need?",
        f"A micro-batch holds {rows} * {length} = {calc(f'{rows}*{length}')} tokens.",
        f"A step needs {total} / {rows * length} = {calc(f'{total}/{rows * length}')} micro-batches.",
    )


def product(rng: random.Random):
    a, b = rng.randint(12, 99), rng.randint(12, 99)
    return problem(f"Calculate {a} times {b}.", f"{a} * {b} = {calc(f'{a}*{b}')}")


def total(rng: random.Random):
    a, b, c = (rng.randint(100, 999) for _ in range(3))
    return problem(f"Add up {a}, {b} and {c}.", f"{a} + {b} + {c} = {calc(f'{a}+{b}+{c}')}")


PROBLEMS = {
    shop: 14, reading: 14, journey: 12, sharing: 12, savings: 12, fence: 12, average: 10, discount: 12, bus: 12,
    accumulation: 10, product: 20, total: 20,
}  # fmt: skip


def word_problems(seed: int):
    """Rows of GSM8K's schema, mixed; no question occurs twice."""
    rng = random.Random(seed)
    rows = {}
    for kind, count in PROBLEMS.items():
        made = 0
        while made < count:
            row = kind(rng)
            if row["question"] not in rows:
                rows[row["question"]] = row
                made += 1
    mixed = list(rows.values())
    rng.shuffle(mixed)
    return mixed
