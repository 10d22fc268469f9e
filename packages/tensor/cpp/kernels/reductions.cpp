// The table of reductions: for each name and type, what reduces a block and what becomes of the states.
#include "flambeau/exp_sums.hpp"

namespace flambeau::FLAMBEAU_ISA {
namespace {

template <class In, class Operation, class Finish, bool ordered = false, bool empty = true>
constexpr Reduction described() {
    using Value = typename Operation::Value;
    constexpr bool truth = std::is_same_v<Value, Truth>;
    bool (*settled)(States) = nullptr;
    if constexpr (requires { Operation::settled; }) settled = &Operation::settled;
    return {Operation::fields, sizeof(In), sizeof(Value),
            std::is_same_v<In, Value> || (truth && sizeof(In) == 1) || (sizeof(In) == 1 && sizeof(Value) == 1),
            ordered, empty, {Finish::sizes[0], Finish::sizes[1]},
            &load_values<In, Value>, &Operation::rows, &Operation::columns, &Operation::merge, settled,
            &Finish::finish};
}

template <int name, class In>
constexpr Reduction reduction_of() {
    using W = Wide<In>;
    using R = Real<In>;
    using C = Compared<In>;
    using K = Ranked<In>;
    constexpr bool real = is_half<In> || std::is_floating_point_v<In>;
    using Total = std::conditional_t<real, In, std::int64_t>;  // the result's type
    using Mean = std::conditional_t<real, In, float>;
    constexpr bool whole = std::is_same_v<In, bool>;
    if constexpr (name == ReduceSum && whole) return described<In, Counted, AsIs<std::int64_t, Total>>();
    else if constexpr (name == ReduceSum) return described<In, Combined<W, Add<W>>, AsIs<W, Total>>();
    else if constexpr (name == ReduceProd) return described<In, Combined<W, Multiply<W>>, AsIs<W, Total>>();
    else if constexpr (name == ReduceMean) return described<In, Combined<R, Add<R>>, Averaged<R, Mean>>();
    else if constexpr (name == ReduceMax) return described<In, Combined<C, Greater<C>>, AsIs<C, In>, false, false>();
    else if constexpr (name == ReduceMin) return described<In, Combined<C, Less<C>>, AsIs<C, In>, false, false>();
    else if constexpr (name == ReduceArgMax) return described<In, Placed<K, Greater<K>>, WithPlaces<K, In>, true, false>();
    else if constexpr (name == ReduceArgMin) return described<In, Placed<K, Less<K>>, WithPlaces<K, In>, true, false>();
    else if constexpr (name == ReduceAny) return described<In, AnyTrue, AsIs<std::uint8_t, bool>>();
    else if constexpr (name == ReduceAll) return described<In, AllTrue, AsIs<std::uint8_t, bool>>();
    else if constexpr (name == ReduceCount) return described<In, Counted, AsIs<std::int64_t, std::int64_t>>();
    else if constexpr (!real) return {};
    else if constexpr (name == ReduceVar) return described<In, Moments<R>, Spread<R, In, false>>();
    else if constexpr (name == ReduceStd) return described<In, Moments<R>, Spread<R, In, true>>();
    else if constexpr (name == ReduceNorm0) return described<In, Counted, AsIs<std::int64_t, In>>();
    else if constexpr (name == ReduceNorm1) return described<In, Combined<R, Add<R, Magnitude>>, AsIs<R, In>>();
    else if constexpr (name == ReduceNorm2) return described<In, Combined<R, Add<R, Squared>>, Rooted<R, In>>();
    else if constexpr (name == ReduceNormMax)
        return described<In, Combined<R, Greater<R, Magnitude>>, AsIs<R, In>, false, false>();
    else if constexpr (name == ReduceNormMin)
        return described<In, Combined<R, Less<R, Magnitude>>, AsIs<R, In>, false, false>();
    else if constexpr (name == ReduceLogSumExp) return described<In, ExpSums<R>, Logarithmed<R, In>>();
    else return described<In, Moments<R>, Standardized<R>>();
}

struct ReductionTable {
    Reduction reductions[ReductionNames][StoredTypes] = {};

    constexpr ReductionTable() { names(std::make_integer_sequence<int, ReductionNames>()); }
    template <int... name>
    constexpr void names(std::integer_sequence<int, name...>) {
        (types<name>(std::make_integer_sequence<int, StoredTypes>()), ...);
    }
    template <int name, int... type>
    constexpr void types(std::integer_sequence<int, type...>) {
        ((reductions[name][type] = entry<name, typename ElementOf<type>::T>()), ...);
    }
    template <int name, class In>
    static constexpr Reduction entry() {
        if constexpr (std::is_void_v<In>) return {};
        else return reduction_of<name, In>();
    }
};

constexpr ReductionTable table;

}  // namespace

extern const ReductionKernels reduction;
const ReductionKernels reduction = {table.reductions[0]};

}  // namespace flambeau::FLAMBEAU_ISA
