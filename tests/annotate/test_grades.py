"""Grades: what is no statement never gets A or B, and every grade says why it is not better.

Every text goes through the real model, and is the project's own.
"""

import pytest

from pipeline.annotate.annotator import Annotator


@pytest.fixture(scope="module")
def annotator():
    return Annotator.load()


def quotes_of(annotator, text, title=None):
    [annotation] = annotator.annotate([text], [title])
    return [(quote, " ".join(text[a:b] for a, b in quote.content)) for quote in annotation.quotes]


def kept(annotator, text, title=None):
    """Return the words and the speaker of every quote with grade A or B."""
    found = quotes_of(annotator, text, title)
    return [(words, quote.speaker) for quote, words in found if quote.grade != "C"]


NO_STATEMENTS = {
    "deeds": [
        "Governor Ida Holm named the banker Roy Dane for the treasury on Monday.",
        "Ida Holm announced a new ferry pier. Roy Dane declared the gifts to his wife.",
        "Dane and Lund identified four causes of the leak. Holm praised the crew.",
        "The board declined to comment. Ida Holm refused to appear before the inquiry.",
    ],
    "thought": [
        "Ida Holm wants to open the pier in May. Roy Dane hopes that the storm will pass.",
        "Mary Lund believes the ferry line will pay, and Roy Dane expects a long winter.",
        "Ida Holm plans to sell the boat. She decided that it was time to leave.",
        "“That was close,” Ida Holm thought.",
    ],
    "not said": [
        "Ida Holm would not say whether the pier was safe.",
        "Roy Dane did not say that the ferry was late. Mary Lund never claimed it was early.",
        "The harbour master declined to say how many boats sank.",
        "Ida Holm could argue that the pier was safe.",
        "Ida Holm stopped short of saying that the pier would open in May.",
        "Roy Dane avoided saying that the plan had failed. He refrained from saying who would pay.",
        "Didn’t Ida Holm once quip that “the sea is a slow judge of boats”?",
        "Has Roy Dane ever said, “I was wrong about the pier”?",
        "Ida Holm ruled out that she would run.",
        "Asked by the lawyer of the board whether he would act differently now, Roy Dane nodded.",
        "No evidence indicated that the pier was unsafe. Research indicates that piers last.",
    ],
    "instructions": [
        "If you see rust on the rail, ask yourself whether you need the rail.",
        "Tell the children that the boat is full. Say that you will be back.",
        "When you think you know the tide, look again and write down what you see.",
        "We think you should pack a lamp. You know that the nights are long.",
    ],
    "lines to say": [
        "Say: “We are closed for the winter.” Then shut the gate and take down the flag.",
        "Before you leave the boat, ask yourself, “Would I sail home in this wind?”",
        "You will always wonder, “What would have happened if I had stayed ashore?”",
        "Don’t tell the harbour master, “Now I know that I can sail any boat.”",
    ],
    "examples of words": [
        "Use phrases like, “Could I book a boat with a good compass for the week?” at the pier.",
        "The harbour guide has a saying: “When the gulls leave the pier, you should stay ashore.”",
        "Ida Holm likes the adage “What the tide has brought, the tide will take away again.”",
        "It is better to say “I could have sailed a mile more!” than “I am far too old.”",
        "People often ask, “Is there a boat back to the town in the evening?”",
        "Instead of saying “We repaired a hundred boats,” write for whom the boats were repaired.",
        "Then look at the chart and tell yourself, “I have sailed this water many times before.”",
        "If you have ever thought, “I wish there was a boat for this,” go and build it.",
    ],
    "words to a reader": [
        "Certificates confirm that you completed a course in sailing or in rowing.",
        "The standings suggest that the rowers have a fair chance of a medal.",
    ],
    "mixed deeds": [
        "In the early days brewers made ale with hops, and they called this new drink “beer.”",
        "Ida Holm describes an image of her crew “huddled in front of the stove all night.”",
        "Roy Dane invoked a rule that demands a new vote unless two thirds say “no.”",
        "Mary Lund found out that the old pier “would be closed for good” in the autumn.",
    ],
    "titles": [
        "Oxo Games surprised the fair by announcing “Super Pier Run,” its first game for a phone.",
        "Ida Holm directed the film “The Long Pier” and wrote the novel “A Harbour in Winter”.",
        "The band released “Cold Water” in May, and its album “North of Here” came in June.",
        "Her memoir “The Last Ferry” opens in Tarn.",
        "Its slogan “Sail with the Stars Tonight” was painted on every boat.",
    ],
    "scare quotes": [
        "The so-called “iron wall” around the port is no wall, and its “experts” are two clerks.",
        "The “party” was over by nine.",
        "He rented a “flat” of two square metres in the so-called “garden town”.",
        "The plan known as “Big Fish” was never printed.",
    ],
    "captions and tables": [
        "Ida Holm says that the pier is safe. Photo by Roy Dane/Getty Images",
        "Mayor Ida Holm told reporters the pier would open. (Photo: Roy Dane)",
        "Tarn 12 31 4 said 11 Holm 3 90 21 cases 18 2 33",
        "District | Cases | Holm said | it was 12 | 13",
    ],
    "what may be said": [
        "A beginner may wonder, “Is it safe to sail on a windy day like this?”",
        "A good skipper will ask, “Who keeps the watch tonight?”",
        "Sailors may call these ropes a “devil's own knot.”",
        "The crew must say, “We have read the rules of the harbour,” before they board.",
        "Think how much better it is if a guide says, “The tide turns at nine in the evening.”",
        "When a sign says, “No boats beyond this pier,” believe it.",
    ],
    "what is common to say": [
        "It is common for a young crew to say, “We would like to sail before we have learned it.”",
        "It goes without saying that the pier is the heart of the town.",
        "Suffice it to say that the board has not built a safe pier.",
        "Old sailors started to admit that the steam ferry was fast.",
    ],
    "instructions with a gerund or an adverb": [
        "Try saying, “I have never sailed before, so please show me the ropes.”",
        "Instead, politely say, “I would like to finish my watch, and then I will help you.”",
        "If the sea is calm, just note, “This is what a calm sea feels like.”",
        "Start asking, “What does the boat need today?” before you leave the pier.",
    ],
    "what anybody says": [
        "It is common to hear someone complain that the boats are “always late in the winter.”",
        "To those saying “a short rope is a good rope,” I show the long ones in the loft.",
        "Every ferry line boasts that it is the fastest on the water.",
        "Any skipper will tell you that the sea is never calm in the winter.",
        "As they say, what is tied well holds well.",
    ],
    "words to oneself": [
        "When I bought the boat I was telling myself, “This dream matters. It will come true.”",
        "Roy Dane told himself, “It is only a small leak, and the boat will hold.”",
        "Every night Ida Holm says to herself, “Tomorrow I will paint the boat.”",
    ],
    "the author's own words": [
        "We stand on the pier for an hour, waving at every boat and shouting, “Take us with you!”",
        "Around the harbour we say, “Sail a little further, every single day.”",
        "You sit by the window with the old chart, asking, “Where did this island go?”",
        "Another rule I use is: “Always look at the sky before you leave the pier.”",
    ],
    "phrases within the paper's sentence": [
        "Truth is, she writes with her own brand of “cheek and salt water”, far from the shore.",
        "They are also, so to speak, “up for a long walk along the pier.”",
        "The oracle got cagey, spouting evasions about “gentle winds and ordinary waters.”",
        "Expert sailors emphasize this “rope packing” step.",
    ],
    "the lead of a list": [
        "The study describes “poor sleep” as:\n\nLess than six hours\n\nWaking up at night",
    ],
    "labels that are nobody": [
        "The Basic Idea:\n\n“Think of the mast as a tree. All below it is the root of the boat.”",
        "June 5, 1987: “The harbour of Tarn. Built by the people of the town in nine years.”",
        "A new design begins with a simple question: “Why is this boat built at all?”",
    ],
    "seminars, groups and articles": [
        "The fair has over 200 seminars focusing on “Small Boats from Every Angle.”",
        "A group called “We Stand by the Harbour Master” was founded on Monday.",
        "The Tarn Herald published Roy Dane's article “Deadly Harbour.”",
        "It stands in the paper titled “The importance of small harbours for the northern towns.”",
        "It stood in the paper titled: “The importance of small harbours for the northern towns.”",
    ],
    "given names": [
        "Ida Holm dubbed them “Tarn tadpoles,” and they looked the part.",
        "The crew nicknamed the old boat “Rusty Nail.”",
        "Roy Dane coined the term “Pier Blues” in a talk.",
    ],
    "performances": [
        "On the stage Ida Holm sings, “I never saw the harbour lights again.”",
        "Roy Dane rapped, “I leave the pier and never look behind me.”",
        "The choir sang “We sail at dawn, we sail at dawn,” for the guests.",
    ],
    "topics": [
        "The two hosts do a fine job of explaining how founders build their boats.",
        "Ida Holm posted a film explaining what she would never keep in her own boat.",
        "The brochure also explains about shelters which are spread across the town.",
        "Roy Dane wrote a series of letters giving advice on how to moor a boat in a storm.",
        "The manual told them how to moor a boat.",
        "Many guests describe cold nights such as those that they had in the old boat.",
    ],
    "little said": [
        "The port authority has said little about what kinds of oil it stores on the pier.",
        "Ida Holm said nothing about how the boat was lost.",
        "The board has told the town little of what it will build.",
    ],
    "announced things": [
        "In May, Lindco announced Lindco One, a unified fleet of boats for its guests.",
        "Oxo Games announced Oxo Sail, an improved game for phones.",
        "The Port Board announced Pier Nine, a covered hall for the fishers.",
    ],
    "opinions and feelings": [
        "Roy Dane had strong opinions on ropes that “hold better the longer they are used at sea.”",
        "Most visitors felt that there was “no quick way over the water” and took the bridge.",
        "Ida Holm noticed that the goats “jumped about as if they had been at sea.”",
        "He seems to be suggesting that the sea is a place of rest for all of us.",
    ],
    "what the paper asks, and headings": [
        "What do the guests say they like about the boat?",
        "Do the sailors claim that the pier was never safe?",
        "Why Many in Tarn Say It Is Worth the Price",
        "Why Experts Say It Is the Best Harbour",
    ],
    "lore": [
        "An old legend says that the harbour was built by nine giants.",
        "The myth tells that the first boat was made of a whale.",
        "A tale says that the pier was once a bridge to the island.",
    ],
    "the addressee": [
        "Type the number on the ferry line's page, and it will tell you where your boat is.",
        "The contract tells you that the boat was insured, and who pays for it.",
        "Guests are advised to use the toilets on the pier before boarding the boat.",
        "Visitors are told that the boat leaves at nine.",
    ],
    "entries of a list": [
        "Ida Holm, Roy Dane and Mary Lund founded the guild.\n\nHOLM: 12 Pier Street, Tarn 4711\n\n"
        "DANE: 9 Harbour Road, Tarn 4712\n\nLUND: @lund.sails",
    ],
    "torn sentences": [
        "Ida Holm said that the boat is dear (and old.",
        "According to the guild, the reasons that sailors stay ashore are:\n\nThey have no boat.",
        "Mary Lund said that the boat (the old one was lost in a storm.",
    ],
    "fragments": [
        "Oxo and Lindco said nothing. Ida Holm said no. Roy Dane said goodbye.",
        "Mary Lund told jokes.",
        "Ida Holm criticised the plan.",
        "Roy Dane said so.",
    ],
}


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind, texts in NO_STATEMENTS.items() for text in texts]
)
def test_what_is_no_statement_is_kept_out_of_the_default_view(annotator, kind, text):
    assert kept(annotator, text) == []


GUIDE = "You need a good rope, and your boat needs one too. If you sail at night, take a lamp. "


@pytest.mark.parametrize(
    "said",
    [
        "Trainers suggest that beginners should sail in the morning.",
        "They say that a wet rope holds better than a dry one.",
        "Many users report that the lamp goes out in the rain.",
    ],
)
def test_a_guide_that_names_nobody_reports_no_nameless_words(annotator, said):
    report = "The pier was opened on Monday. The crew was there. "
    assert kept(annotator, GUIDE + said) == []
    assert len(kept(annotator, report + said)) == 1
    assert len(kept(annotator, GUIDE + said + " “Sail on,” Ida Holm said.")) == 2


@pytest.mark.parametrize(
    "said",
    [
        "Police said that the pier was closed.",
        "A survey found that most sailors own two lamps.",
        "Some 62 percent of the sailors said that they own two lamps.",
    ],
)
def test_bodies_documents_and_numbers_of_people_are_reported_in_guides_too(annotator, said):
    assert len(kept(annotator, GUIDE + said)) == 1


@pytest.mark.parametrize(
    ("text", "words", "speaker"),
    [
        ("Ida Holm said the pier was safe.", "the pier was safe", "Ida Holm"),
        ("Roy Dane argued that the ferry line pays.", "that the ferry line pays", "Roy Dane"),
        (
            "The ferry line broke even in June, according to Mary Lund.",
            "The ferry line broke even in June",
            "Mary Lund",
        ),
        ("“No,” Ida Holm said.", "“No,”", "Ida Holm"),
        (
            "Ida Holm writes in Sail It Yourself, “When we let go of the rope, the boat turns.”",
            "“When we let go of the rope, the boat turns.”",
            "Ida Holm",
        ),
        (
            "Ida Holm accused the board of hiding the leak.",
            "the board of hiding the leak",
            "Ida Holm",
        ),
        ("Ida Holm denied that she sold the boat.", "that she sold the boat", "Ida Holm"),
        ("About sixty boats sank, Ida Holm said.", "About sixty boats sank", "Ida Holm"),
        ("Ida Holm said the crew knew about that.", "the crew knew about that", "Ida Holm"),
        (
            "They stay, as Ida Holm puts it, “to look at the sea”.",
            "“to look at the sea”",
            "Ida Holm",
        ),
        ("Ida Holm asked how to moor the boat.", "how to moor the boat", "Ida Holm"),
        (
            "Ida Holm said whether it is safe is unknown.",
            "whether it is safe is unknown",
            "Ida Holm",
        ),
        # Verbs that mostly govern things, in front of "that" or behind the words.
        ("Ida Holm pointed out that the pier was old.", "that the pier was old", "Ida Holm"),
        ("Roy Dane assured the board that it was safe.", "that it was safe", "Roy Dane"),
        (
            "Counsel for the board, Roy Dane, submitted that the letter was false.",
            "that the letter was false",
            "Roy Dane",
        ),
        (
            "The port would stay shut until May, Ida Holm indicated.",
            "The port would stay shut until May",
            "Ida Holm",
        ),
        # A film that is told of is no credit of a picture.
        (
            "It began with a video by the singer Ida Holm, who said the pier was shut.",
            "the pier was shut",
            "Ida Holm",
        ),
        ("Ida Holm will say: “We open in May.”", "“We open in May.”", "Ida Holm"),
        ("“We open in May,” Ida Holm began by saying.", "“We open in May,”", "Ida Holm"),
    ],
)
def test_statements_with_a_name_are_in_the_default_view(annotator, text, words, speaker):
    assert kept(annotator, text) == [(words, speaker)]


@pytest.mark.parametrize(
    ("text", "grade", "reason", "method"),
    [
        ("“The pier will open in May,” Ida Holm said.", "A", None, "full_name"),
        (
            "Ida Holm came late. “The pier will open in May,” Holm said.",
            "A",
            None,
            "name",
        ),
        (
            "Ida Holm came late. “The pier will open in May,” she said.",
            "B",
            "reference",
            "pronoun",
        ),
        ("“The pier will open in May,” a passer-by said.", "B", "no_name", "unknown"),
        ("“The pier will open in May.”\n\n— Ida Holm, harbour master", "A", None, "signature"),
        (
            "Holm came late. The pier will open in May,” said Ida Holm.",
            "B",
            "lost_mark",
            "full_name",
        ),
    ],
)
def test_a_grade_says_why_it_is_not_better(annotator, text, grade, reason, method):
    [(quote, _)] = [found for found in quotes_of(annotator, text) if "pier" in found[1]]
    assert (quote.grade, quote.grade_reason, quote.speaker_method) == (grade, reason, method)


def test_the_evidence_of_a_pronoun_is_the_name_it_refers_to(annotator):
    text = "Mayor Ida Holm came late. “The pier will open in May,” she said."
    [(quote, _)] = quotes_of(annotator, text)
    assert quote.speaker_evidence == "she ← Mayor Ida Holm"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "“We will act by Friday. It is late.\n\nThe boats left.",
            "“We will act by Friday. It is late.",
        ),
        ("“We will act by Friday, said Ida Holm.", "“We will act by Friday,"),
    ],
)
def test_a_quote_without_its_closing_mark_ends_at_the_paragraph_and_says_so(annotator, text, words):
    found = quotes_of(annotator, "Ida Holm spoke to the crew.\n\n" + text)
    [quote] = [quote for quote, said in found if said == words]
    assert quote.lost_mark == "closing"
    assert quote.grade != "A"


@pytest.mark.parametrize(
    "text",
    [
        "Ida Holm has let her hair go silver, “in solidarity with the ice,” she joked.",
        "Ida Holm kept the old boat, “out of love for rust,” she quipped.",
        "Ida Holm painted the pier herself, “to save the town a fortune,” she laughed.",
    ],
)
def test_narration_in_a_mixed_quote_is_cut_at_the_marks(annotator, text):
    for quote, words in quotes_of(annotator, text):
        assert words.startswith("“")
        assert quote.kind == "direct"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "Ida Holm shared a photo of the old pier to her page saying: “We are proud of it.”",
            "“We are proud of it.”",
        ),
        (
            "Roy Dane said of the crowds who swept the quay: “That is Tarn for you. We band "
            "together when the sea comes in.”",
            "“That is Tarn for you. We band together when the sea comes in.”",
        ),
        (
            "Ida Holm has slammed the “utterly senseless” plan to close the pier.",
            "“utterly senseless”",
        ),
        (
            "After two years at sea, Ida Holm says with pride and joy that the boat is sailing "
            "“whatever the wind may bring.”",
            "that the boat is sailing “whatever the wind may bring.”",
        ),
        (
            "She texted a friend, “I think this is the boat,” and had her wait at noon. Ida Holm "
            "left.",
            "“I think this is the boat,”",
        ),
        (
            "According to Ida Holm, “The pier is built anew around it,” signalling a change of "
            "plans.",
            "“The pier is built anew around it,”",
        ),
        (
            "Roy Dane wrote, “The rope is far too short,” and left the pier at noon.",
            "“The rope is far too short,”",
        ),
        (
            "And the price is not high—as Ida Holm notes, “at nine hundred you can find a boat "
            "that serves you well.”",
            "“at nine hundred you can find a boat that serves you well.”",
        ),
        (
            "The sea is cold in May, and as Roy Dane said, “nobody swims here before June.”",
            "“nobody swims here before June.”",
        ),
        (
            "The boat is old, but as Mary Lund put it, “an old boat knows the way home.”",
            "“an old boat knows the way home.”",
        ),
    ],
)
def test_what_the_paper_says_of_quoted_words_is_no_part_of_them(annotator, text, words):
    assert words in [said for _, said in quotes_of(annotator, text)]


def test_the_words_of_two_people_are_two_quotes(annotator):
    text = (
        "“We both had soup, and the sea was calm that night.” Ida Holm later said that the crew "
        "had slept. “It was a long way home,” she said."
    )
    for _, words in quotes_of(annotator, text):
        assert not ("soup" in words and "slept" in words)


@pytest.mark.parametrize(
    ("text", "speakers"),
    [
        ("Norway officials said that the pier was safe.", {None}),
        (
            "The letter, which was obtained by the Linden Times, said that the pier was unsafe.",
            {None},
        ),
        ("Papers of Lindco’s offer to Roy Dane show that he was paid for the boat.", {None}),
        (
            "The Port Board, chaired by Mayor Ida Holm, said in a statement that it was safe.",
            {"Port Board"},
        ),
        # What somebody has: the owner does not speak, nor whoever was named before.
        ("Roy Dane was held in Tarn. His lawyer said he had been threatened.", {None}),
        (
            "Roy Dane was held in Tarn. His lawyer said so. “He is afraid,” the lawyer said.",
            {None},
        ),
        (
            "Roy Dane was held in Tarn. His lawyer said it was wrong. “It is unjust,” he added.",
            {None},
        ),
        (
            "Mayor Ida Holm opened the pier. A nurse said it took an hour. “I am glad,” the nurse "
            "said.",
            {None},
        ),
        (
            "The singer died. His manager Tom Birch confirmed it. His manager said he was ill.",
            {"Tom Birch"},
        ),
        ("Ann Moor came with her lawyer, Jonas Lund. Her lawyer said she was ill.", {"Jonas Lund"}),
        ("A spokesman for Facebook’s parent company said the filing was late.", {None}),
        # The medium that was told something is not the firm that says more.
        (
            "Borealis Air grounded a jet. Mia Roth told CBC. “We are sorry,” the airline said.",
            {"Borealis Air"},
        ),
        # Who a sentence is about, and people of one surname.
        (
            "After Lily Marsh won, it was Kate Boult who scored. “I hope so,” she told reporters.",
            {"Kate Boult"},
        ),
        (
            "President Orban Trell spoke. His daughter Ilka Trell sat. Mr. Trell said he was ill.",
            {"Orban Trell"},
        ),
        ("Mr. Trell said he was ill. He said his daughter Ilka Trell was not.", {"Trell"}),
        # Who died does not speak, and whose account is told does.
        (
            "“We are in shock,” said her sister, Ida Holm. Mary Lund died on Monday.\n\n"
            "“She was the best of us,” she said.",
            {"Ida Holm"},
        ),
        (
            "Rosa Moor won. Linn Kverne lost the match.\n\nMoor’s account differed. “I know,” she "
            "said.",
            {"Rosa Moor"},
        ),
        # Of several bodies none is called a union, or one is.
        (
            "The Allied General Workers met. Conciliation service Acas was there. The union said "
            "that it would attend.",
            {None},
        ),
        (
            "The union Unite met the council. Norrland Bank was there too. The union said it would "
            "strike.",
            {"Unite"},
        ),
        # An email that is read is no firm.
        (
            "Norrland Bank was fined. An internal email put it well. “We are late,” it read.",
            {None},
        ),
        # What was written speaks for whoever wrote it.
        (
            "In a release issued on Monday, the Port Board said it was shut. “Do not panic,” the "
            "release added.",
            {"Port Board"},
        ),
        (
            "Mayor Ida Holm said in a text that the pier was safe. “We open in May,” it said.",
            {"Ida Holm"},
        ),
        # The head of a relative clause, and names that another word governs.
        ("An aide to Roy Dane who asked not to be named said the pier was sold.", {None}),
        ("The man who robbed Ida Holm said that he was sorry.", {None}),
        # A place is not its agency.
        ("The Norway space agency said the craft was lost.", {"Norway space agency"}),
        ("The Tarn city bank said that prices rose in May.", {"Tarn city bank"}),
        ("“The port is shut,” the Kenya coast university said.", {"Kenya coast university"}),
        # Family and narrators.
        (
            "My mother loved Handel and sang in the choir. She said that we should be kind.",
            {None},
        ),
        ("My sister admired Brahms. “Luck is for fools,” she said.", {None}),
        ("My father knew Roy Dane well. He told us that the sea was near.", {None}),
        # Talking to somebody.
        (
            "Alice Pohl began talking to Bob Carver. “The boats will be back.” Bob nodded.",
            {"Alice Pohl"},
        ),
        (
            "Ida Holm turned to Roy Dane. “The tide is out, and the boats are dry.” Dane sighed.",
            {"Ida Holm"},
        ),
        # The name after the pronoun.
        (
            "“He is a very kind man,” she said of her son\n\n"
            "Donna Kellan has praised the choir. “I listened all morning,” she said.",
            {"Donna Kellan"},
        ),
        # Senders.
        (
            "From the desk of Joan Doerr, vice president of Harbour Research.\n\n"
            "“Knowing what these boats mean for work has become urgent.”",
            {"Joan Doerr"},
        ),
        (
            "And from Chairwoman Ida Holm:\n\n“Hanna brings a wealth of experience to the port.”",
            {"Ida Holm"},
        ),
        # Impersonal.
        ("Ida Holm went to court. It is worth noting that she did not speak there.", {None}),
        ("Roy Dane sold the boat. It should be noted that the boat was old.", {None}),
    ],
)
def test_words_are_never_in_the_wrong_mouth(annotator, text, speakers):
    found = quotes_of(annotator, text)
    said = {quote.speaker for quote, _ in found if quote.cue_class == "speech"}
    assert said <= speakers
    assert found


@pytest.mark.parametrize(
    "text",
    [
        "The United States ranked last in a report released on Monday by Stanhope University. "
        "The report said the country was slow.",
        "Kenya came third in a survey published in May by the Port Board. "
        "The survey said prices rose.",
        "Norway was named in a study by the Fish Institute. The study found that stocks fell.",
    ],
)
def test_a_report_speaks_for_itself_and_for_its_author(annotator, text):
    quote, _ = quotes_of(annotator, text)[-1]
    roles = {speaker.role: speaker.name for speaker in quote.speakers}
    assert roles["speaker"] in {"report", "survey", "study"}
    assert quote.speaker_method == "document"
    assert roles.get("on_behalf_of") in {"Stanhope University", "Port Board", "Fish Institute"}


def test_the_turns_of_an_interview_have_their_speakers(annotator):
    text = (
        "DIE POST: Mr Immer, do you want to abolish private boats?\n\n"
        "Karl Immer: No. I want the harbour to belong to those who work there.\n\n"
        "DIE POST: And who would pay?\n\nImmer: The ones who can."
    )
    found = quotes_of(annotator, text)
    said = [words for quote, words in found if quote.speaker == "Karl Immer"]
    assert said == [
        "No. I want the harbour to belong to those who work there.",
        "The ones who can.",
    ]
    assert {quote.speaker for quote, _ in found} <= {"Karl Immer", "DIE POST", None}


def test_a_question_without_a_label_is_in_nobodys_answer(annotator):
    text = (
        "Ida Holm and Roy Dane build boats. How did you begin?\n\n"
        "Ida: We built a raft when we were ten, and then a boat.\n\nRoy: I came later.\n\n"
        "What was your first boat?\n\nIda: It was a small one. We sold it in May.\n\n"
        "What do you build today?\n\nRoy: We build ferries."
    )
    assert kept(annotator, text) == [
        ("We built a raft when we were ten, and then a boat.", "Ida Holm"),
        ("I came later.", "Roy Dane"),
        ("It was a small one. We sold it in May.", "Ida Holm"),
        ("We build ferries.", "Roy Dane"),
    ]
