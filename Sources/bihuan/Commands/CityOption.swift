import ArgumentParser
import BihuanStore

/// Which city is meant; may be left out where there is only one.
struct CityOption: ParsableArguments {
    @Option(help: ArgumentHelp("城市代码；只有一个城市时可省略。", valueName: "code"))
    var city: String?
}
