"""What each criterion of a verdict says, in a sentence: the only home of these, for the README and the reports."""

CRITERIA = {
    "match": "Share of right answers on all inputs; a net that fails it does not do the task.",
    "coverage": "Share of what the outputs know of the inputs that passes through the sites which are replaced.",
    "coverage of answers": "Share of the net's answers that those sites decide by themselves, whatever bypasses them.",
    "S": "Agreement with the net when one term of the declared template stands in for each unit.",
    "S variance": "Share of the hidden sites' variance that these terms explain.",
    "S exact": "Agreement with the net when the program itself stands there, with one strength a head at most.",
    "S control": "How far the same fit, with the true terms forbidden, falls short of S.",
    "D": "How well the explanation predicts what an exchange of one variable changes.",
    "D control": "How far a wrong term falls short of D.",
    "D same": "How often another codeword of the same value changes nothing that follows.",
    "D lands": "How often all that follows an exchange of a state's variable is what the explanation says.",
    "closure": "How often the net's own update leads each codeword to one of the value that the explanation says.",
    "exceptions": "Share of the net's answers on which the explanation's code errs when it is run in the net's place.",
    "B": "Bits of the explanation beside the table's.",
    "B machine": "Bits of the explanation beside those of the table of the states and inputs that it computes.",
    "B control": "Bits of the explanation beside those of the same search with other units or terms.",
    "explanation": "No extractor has written an explanation of the net's sites.",
    "held out": "Right on the rows that it was trained on, at chance on the rows that were held out: a table.",
    "local units": "Right everywhere, by units that fire on one or two rows each: a table.",
    "refit": "Right everywhere, by a last hidden layer that random labels can be refitted to as well: a table.",
}
